internal import Postgres

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// Runs pg_dump and pg_restore for the definitions of some tables and types, as SQL.
struct PgDump {
    /// The database that pg_dump connects to, with the password in its environment.
    let source: Endpoint
    /// The source's version, such as 150005 for 15.5.
    let serverVersion: Int
    /// The snapshot for `--snapshot`.
    let snapshot: Snapshot
    /// Whether a new session on the source has `standard_conforming_strings` on. pg_dump writes literals for the setting that
    /// it finds, and a session of ours reads them with the setting on.
    let hasStandardStrings: Bool

    /// Checks that pg_dump is not older than the server, which it would refuse (documentation of pg_dump, "Notes").
    func requireNewEnough() throws(FerryError) {
        let output = try run("pg_dump", ["--version"])
        let number = output.split(separator: " ").first { $0.first?.isNumber == true } ?? ""
        let major = Int(number.prefix { $0.isNumber }) ?? 0
        guard major >= serverVersion / 10_000 else {
            throw FerryError(
                .program, "pg_dump is version \(number), but the source is PostgreSQL \(serverVersion / 10_000).",
                hint: "Install postgresql-client-\(serverVersion / 10_000) or newer and put it first in PATH.")
        }
    }

    /// The definitions of the tables and sequences that these patterns match, without constraints and indexes.
    func tables(_ patterns: [String]) throws(FerryError) -> String {
        Self.body(of: try run("pg_dump", Self.options + snapshotOption + patterns.map { "--table=\($0)" }))
    }

    /// The definitions of these types. pg_dump has no option to select types, so this makes an archive of everything but
    /// tables, and reduces its list of contents, which holds OIDs, to them.
    func types(_ oids: [OID]) throws(FerryError) -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: "vecferry-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw FerryError(
                .program, "A temporary directory can't be created: \(error).",
                hint: "Set TMPDIR to a writable directory.")
        }
        let archive = folder.appending(path: "types.dump").path
        let list = folder.appending(path: "types.list")
        _ = try run(
            "pg_dump", Self.options + snapshotOption + ["--format=custom", "--exclude-table=*.*", "--file=\(archive)"])
        let wanted = Set(oids)
        // "215; 1247 16390 TYPE public mood postgres": the third number is the object's OID.
        let lines = try run("pg_restore", ["--list", archive]).split(separator: "\n").filter { line in
            let words = line.split(separator: " ")
            return words.count > 3 && words[1] == "1247" && OID(words[2]).map(wanted.contains) == true
        }
        do {
            try Data(lines.joined(separator: "\n").utf8).write(to: list)
        } catch {
            throw FerryError(
                .program, "A temporary file can't be written: \(error).",
                hint: "Set TMPDIR to a directory with free space.")
        }
        return Self.body(
            of: try run(
                "pg_restore", ["--no-owner", "--no-privileges", "--use-list=\(list.path)", "--file=-", archive]))
    }

    private static let options = [
        "--schema-only", "--section=pre-data", "--no-owner", "--no-privileges", "--no-tablespaces",
        "--no-publications", "--no-subscriptions", "--no-security-labels", "--no-password",
    ]

    private var snapshotOption: [String] { ["--snapshot=\(snapshot.name)"] }

    private func run(_ program: String, _ arguments: [String]) throws(FerryError) -> String {
        var environment = try source.completed().environment
        // Only where it is needed: a pooler may refuse options.
        if !hasStandardStrings {
            environment["PGOPTIONS"] = [environment["PGOPTIONS"], "-c standard_conforming_strings=on"]
                .compactMap(\.self).joined(separator: " ")
        }
        environment["PGCONNECT_TIMEOUT"] = environment["PGCONNECT_TIMEOUT"] ?? "\(Login.defaultTimeout)"
        let outcome = ProgramRunner.run(
            program, arguments, environment: environment, outputLimit: 64 << 20, interrupt: source.interrupt)
        if source.interrupt.isRequested { throw .interrupted }
        switch outcome {
        case .success(let output) where output.status == 0: return output.standardOutput
        case .success(let output):
            let reason =
                output.standardError.split(separator: "\n").first.map { ServerText.cut($0) }
                ?? "it printed no error message"
            throw FerryError(.program, "\(program) failed: \(reason)", side: .source)
        case .failure(let error):
            throw FerryError(
                .program, "\(program) could not be run: \(error.message).",
                hint: "Install PostgreSQL's client programs (postgresql-client) and put them in PATH.")
        }
    }

    /// Removes the storage option `pg_attver`: servers of the minor releases of November 2026 (15.20, 17.12) set it on the columns of each new
    /// table by themselves, pg_dump writes it, and other servers refuse it.
    static func withoutStamps(_ script: String) -> String {
        script.split(separator: "\n", omittingEmptySubsequences: false).compactMap { line -> String? in
            guard line.hasPrefix("ALTER TABLE ONLY "), line.hasSuffix(");"), !line.contains("'"),
                let open = line.lastIndex(of: "("), line[..<open].hasSuffix(" SET ")
            else { return String(line) }
            let options = line[open...].dropFirst().dropLast(2).split(separator: ", ")
            let kept = options.filter { $0.wholeMatch(of: /pg_attver=\d+/) == nil }
            guard kept != options else { return String(line) }
            return kept.isEmpty ? nil : "\(line[..<open])(\(kept.joined(separator: ", ")));"
        }.joined(separator: "\n")
    }

    /// Removes the settings at the head, some of which are unknown to servers older than pg_dump, and psql's own commands
    /// (`\restrict`, since the minor releases of August 2025).
    static func body(of dump: String) -> String {
        let lines = dump.split(separator: "\n", omittingEmptySubsequences: false)
        guard let first = lines.firstIndex(where: { $0.hasPrefix("-- Name: ") }) else { return "" }
        let rest = lines[first...]
        let last = rest.lastIndex { $0.hasPrefix("\\unrestrict ") } ?? rest.endIndex
        return rest[..<last].joined(separator: "\n")
    }
}
