import Foundation
import RigSupport
import Testing

/// What `scripts/package` makes, on a Debian that has nothing else.
@Suite struct PackageTests {
    /// A bare Debian of this machine's release in a folder, and the Debian package in it.
    private func withRoot(_ body: (_ run: (String) throws -> Command.Ended) async throws -> Void) async throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "vecferry-root-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: root) }
        let archive = try Rig.variable("VECFERRY_RIG_ROOT")
        let unpacked = try Command.run("/bin/tar", ["-C", root.path, "-xf", archive])
        try #require(unpacked.status == 0, "\(unpacked.said)")
        let folder = URL(filePath: try Rig.variable("VECFERRY_PACKAGE"))
        let packages = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".deb") }
        let package = try #require(packages.first)
        try FileManager.default.copyItem(
            at: folder.appending(path: package), to: root.appending(path: "vecferry.deb"))
        try await body { script in
            // What is mounted in a namespace of its own goes with it.
            try Command(
                "/usr/bin/unshare",
                [
                    "--mount", "/bin/sh", "-c", #"mount -t proc proc "$0/proc" && exec chroot "$0" /bin/sh -c "$1""#,
                    root.path, script,
                ],
                environment: [
                    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LANG": "C.UTF-8",
                ]
            ).ended()
        }
    }

    @Test
    func `the Debian package brings what it needs into a clean system, plans a copy there, and goes without a trace`()
        async throws
    {
        try await Rig.withDatabases(setup: "CREATE TABLE items (id int PRIMARY KEY, embedding vector(2))") {
            databases in
            try databases.source.run("INSERT INTO items SELECT i, ARRAY[i, 1]::vector FROM generate_series(1, 10) AS i")
            try await withRoot { run in
                let files = "find / -xdev -path /proc -prune -o -path /var/lib/apt -prune -o -name '*vecferry*' -print"
                let before = try run(files).output
                #expect(try run("vecferry --version").status == 127)
                let installed = try run("apt-get install -y --no-install-recommends /vecferry.deb")
                #expect(installed.status == 0, "\(installed.said)")
                let version = try run("vecferry --version")
                #expect(version.status == 0 && version.output.contains(", libpq "), "\(version.said)")
                let planned = try run(
                    "vecferry plan --source '\(databases.source.uri)' --target '\(databases.target.uri)'")
                #expect(planned.status == 0 && planned.output.contains("READY: 1 table"), "\(planned.said)")
                let blind = try run("umount /proc; vecferry --version")
                #expect(blind.status == 1 && blind.errors.contains("/proc is not mounted"), "\(blind.said)")
                let completion = try run(
                    "bash -c '. /usr/share/bash-completion/completions/vecferry && complete -p vecferry'")
                #expect(completion.status == 0, "\(completion.said)")
                for file in [
                    "zsh/vendor-completions/_vecferry", "fish/vendor_completions.d/vecferry.fish",
                ] {
                    #expect(try run("grep -q bots-table /usr/share/\(file)").status == 0, "\(file)")
                }
                let manual = try run("gzip -dc /usr/share/man/man1/vecferry.1.gz")
                for command in ["bots", "plan", "copy", "verify", "tune", "index", "undo"] {
                    #expect(manual.output.contains(".It Em \(command)\n"), "\(command)")
                }
                #expect(try run("apt-get purge -y vecferry").status == 0)
                let after = try run(files).output
                #expect(
                    after.split(separator: "\n").allSatisfy { before.contains($0) || $0.contains("/var/log") },
                    "\(after)")
            }
        }
    }

    @Test func `the tarball's program runs where it was unpacked, and its completions know every command`() throws {
        let program = URL(filePath: try Rig.variable("VECFERRY_INSTALLED"))
        let version = try Command.run(program.path, ["--version"])
        #expect(version.status == 0 && version.output.contains("commit "), "\(version.said)")
        let share = program.deletingLastPathComponent().deletingLastPathComponent().appending(path: "share")
        for file in [
            "bash-completion/completions/vecferry", "zsh/site-functions/_vecferry",
            "fish/vendor_completions.d/vecferry.fish", "man/man1/vecferry.1",
        ] {
            let text = try String(contentsOf: share.appending(path: file), encoding: .utf8)
            for command in ["bots", "plan", "copy", "verify", "tune", "index", "undo"] {
                #expect(text.contains(command), "\(command) in \(file)")
            }
        }
        // What bash offers after "vecferry ver".
        let offered = try Command.run(
            "/bin/bash",
            [
                "-c",
                """
                . "$0"; COMP_WORDS=(vecferry ver); COMP_CWORD=1; COMP_LINE='vecferry ver'; COMP_POINT=12
                $(complete -p vecferry | sed -E 's/.*-F ([^ ]+).*/\\1/') vecferry ver vecferry; echo "${COMPREPLY[@]}"
                """, share.appending(path: "bash-completion/completions/vecferry").path,
            ])
        #expect(offered.output.contains("verify"), "\(offered.said)")
    }
}
