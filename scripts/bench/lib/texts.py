"""Prints texts like the chunks of documents that Bedrock Chat stores: 1,500 to 2,600 characters of natural language, one a line.

    texts.py FOLDER ROWS

Each is a piece of the Debian FAQ in one of its languages, from a place of its own, so that it compresses as such a text does by itself. The
same arguments give the same texts.
"""

import gzip
import pathlib
import random
import re
import sys

# How many of ten rows are in each language.
SHARES = {"en": 4, "de": 1, "fr": 1, "ja": 2, "ru": 1, "zh-cn": 1}


def prose(path):
    """The text without line breaks and the indentation of its layout."""
    return re.sub(r"\s+", " ", gzip.decompress(path.read_bytes()).decode("utf-8")).replace("\\", "/")


def main():
    folder, rows = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    languages = [prose(folder / f"debian-faq.{name}.txt.gz") for name, share in SHARES.items() for _ in range(share)]
    chance = random.Random(1)
    for _ in range(rows):
        text = chance.choice(languages)
        length = chance.randint(1_500, 2_600)
        start = chance.randrange(len(text) - length)
        print(text[start:start + length])


if __name__ == "__main__":
    main()
