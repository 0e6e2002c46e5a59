internal import Postgres

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// pg_dump and pg_restore, as far as vecferry needs them: definitions of some tables and some types, as SQL.
struct PgDump {
    /// Where pg_dump connects, with the password in its environment.
    let source: Endpoint
    /// The source's, as 150005 for 15.5.
    let serverVersion: Int
    /// What `--snapshot` names.
    let snapshot: Snapshot

    /// pg_dump refuses servers newer than itself (documentation of pg_dump, "Notes").
    func requireNewEnough() throws(FerryError) {
        let output = try run("pg_dump", ["--version"])
        let number = output.split(separator: " ").first { $0.first?.isNumber == true } ?? ""
        let major = Int(number.prefix { $0.isNumber }) ?? 0
        guard major >= serverVersion / 10_000 else {
            throw FerryError(
                .program, "pg_dump is version \(number), and the source is PostgreSQL \(serverVersion / 10_000).",
                hint: "Install postgresql-client-\(serverVersion / 10_000) or newer and put it first in PATH.")
        }
    }

    /// The definitions of the tables and sequences that these patterns name, without constraints and indexes.
    func tables(_ patterns: [String]) throws(FerryError) -> String {
        Self.body(of: try run("pg_dump", Self.options + snapshotOption + patterns.map { "--table=\($0)" }))
    }

    /// The definitions of these types. pg_dump can't be asked for types, so an archive of everything but tables is made and
    /// its list of contents, which holds OIDs, is cut down to them.
    func types(_ oids: [OID]) throws(FerryError) -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: "vecferry-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw FerryError(.program, "A temporary folder can't be made: \(error).", hint: "Set TMPDIR.")
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
            throw FerryError(.program, "A temporary file can't be written: \(error).", hint: "Set TMPDIR.")
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
        var environment = source.parameters.environment
        if let command = source.passwordCommand {
            environment["PGPASSWORD"] = try PasswordCommand(command, side: .source).run(source.interrupt)
        }
        environment["PGCONNECT_TIMEOUT"] = environment["PGCONNECT_TIMEOUT"] ?? "\(Login.defaultTimeout)"
        let outcome = ProgramRunner.run(
            program, arguments, environment: environment, outputLimit: 64 << 20, interrupt: source.interrupt)
        if source.interrupt.isRequested { throw .interrupted }
        switch outcome {
        case .success(let output) where output.status == 0: return output.standardOutput
        case .success(let output):
            let reason = output.standardError.split(separator: "\n").first ?? "it did not say why"
            throw FerryError(.program, "\(program) failed: \(reason)", side: .source)
        case .failure(let error):
            throw FerryError(
                .program, "\(program) could not be run: \(error.message).",
                hint: "Install PostgreSQL's client programs (postgresql-client) and put them in PATH.")
        }
    }

    /// Cuts off the settings at the head, some of which servers older than pg_dump do not know, and psql's own commands
    /// (`\restrict`, since the minor releases of August 2025).
    static func body(of dump: String) -> String {
        let lines = dump.split(separator: "\n", omittingEmptySubsequences: false)
        guard let first = lines.firstIndex(where: { $0.hasPrefix("-- Name: ") }) else { return "" }
        let last = lines.lastIndex { $0.hasPrefix("\\unrestrict ") } ?? lines.endIndex
        return lines[first..<last].joined(separator: "\n")
    }
}
