"""Unpacks a wheel of PostgreSQL. Arguments: WHEEL FOLDER.

Sets the permission bits, which zipfile ignores. Leaves out headers and static libraries, half of the bytes.
"""

import os
import sys
import zipfile

wheel, folder = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for entry in archive.infolist():
        name = entry.filename
        if "/include/" in name or "/pgxs/" in name or name.endswith((".a", "/")):
            continue
        path = archive.extract(entry, folder)
        # Readable by all users: when started by root, the servers run under another uid.
        os.chmod(path, 0o755 if "/bin/" in name or ".so" in os.path.basename(name) else 0o644)
for parent, _, _ in os.walk(folder):
    os.chmod(parent, 0o755)
