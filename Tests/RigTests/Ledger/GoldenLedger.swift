import Foundation
import RigSupport

@testable import Ferry

/// A ledger that a released vecferry left, with the target's tables as they stood then, in databases of this rig.
///
/// `Golden/make` writes them. A ledger is loaded byte for byte, but for what differs from rig to rig: the rows of its
/// finished chunks are fetched from the source by the chunks' pages, and the job's fingerprint names the source at hand.
struct GoldenLedger {
    /// The format, as the name of its folder.
    let format: String
    /// The file's name.
    let name: String

    /// Every ledger of every format so far.
    static let all =
        ["ledger-1", "ledger-2", "ledger-3", "ledger-4"].flatMap { format in
            names.map { GoldenLedger(format: format, name: $0) }
        } + [shared]
    /// That of a job whose chunks were offered to several hosts.
    static let shared = GoldenLedger(format: "ledger-4", name: "half-of-a-shared-job")
    /// Those of jobs that have something left to do.
    static let unfinished = all.filter { $0.name != "finished" }
    /// Those of jobs that ended.
    static let finished = all.filter { $0.name == "finished" }

    private static let names = ["half-of-the-chunks", "before-the-indexes", "between-the-indexes", "finished"]
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

    /// The request of all of them: `--chunk-size 1`.
    static var request: CopyRequest {
        var request = CopyRequest()
        request.chunkBytes = 1 << 20
        return request
    }

    /// Runs `body` with a full source, and a target as the released vecferry left it.
    func withDatabases(_ body: (RigDatabases) async throws -> Void) async throws {
        try await Rig.withDatabases { databases in
            try Psql.run(databases.source.uri, script: Self.folder.appending(path: "schema.sql").path)
            try Psql.run(databases.source.uri, script: Self.folder.appending(path: "rows.sql").path)
            try Psql.run(databases.target.uri, script: Self.folder.appending(path: "\(format)/\(name).sql").path)
            try bringRows(databases)
            try nameSource(databases)
            try await body(databases)
        }
    }

    /// Brings the rows of the finished chunks, each chunk in a transaction of its own that the ledger then names.
    private func bringRows(_ databases: RigDatabases) throws {
        let chunks = try databases.target.run(
            """
            SELECT c.job, c.pair, c.number, c.first_page, coalesce(c.end_page, 4294967295),
                format('%I.%I', s.plan #>> '{relation,schema}', s.plan #>> '{relation,name}'),
                format('%I.%I', p.plan #>> '{name,schema}', p.plan #>> '{name,name}'),
                (SELECT string_agg(quote_ident(col ->> 'name'), ', ') FROM json_array_elements(p.plan -> 'columns') AS col)
            FROM vecferry.chunk AS c JOIN vecferry.job AS j ON j.id = c.job
            CROSS JOIN LATERAL (SELECT j.plan::json -> 'pairs' -> c.pair AS plan) AS p
            CROSS JOIN LATERAL (SELECT p.plan -> 'parts' -> c.part AS plan) AS s
            WHERE c.finished_at IS NOT NULL ORDER BY c.pair, c.number
            """)
        var script = "SET session_replication_role = replica;\n"
        for chunk in chunks.map({ $0.map { $0 ?? "" } }) {
            let rows = try Psql.run(
                databases.source.uri,
                """
                COPY (SELECT \(chunk[7]) FROM ONLY \(chunk[5]) WHERE ctid >= '(\(chunk[3]),0)' AND ctid < '(\(chunk[4]),0)')
                TO STDOUT
                """)
            script += """
                BEGIN;
                COPY \(chunk[6]) (\(chunk[7])) FROM STDIN;
                \(rows)\\.
                UPDATE vecferry.chunk SET xid = (txid_current() % 4294967296)::text::xid
                WHERE job = \(chunk[0]) AND pair = \(chunk[1]) AND number = \(chunk[2]);
                COMMIT;

                """
        }
        // Triggers that are enabled always fire for a replica too.
        script += "TRUNCATE audit;\n"
        let file = FileManager.default.temporaryDirectory.appending(path: "vecferry-golden-\(UUID()).sql")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(script.utf8).write(to: file)
        try Psql.run(databases.target.uri, script: file.path)
    }

    /// Gives the job the fingerprint that its vecferry would have given it on this source.
    private func nameSource(_ databases: RigDatabases) throws {
        let source = try databases.source.run(
            "SELECT system_identifier, current_database() FROM pg_control_system()")[0].map { $0 ?? "" }
        let fingerprint =
            switch format {
            // The request as JSON, the system identifier and the database, apart by spaces.
            case "ledger-1": Self.hash("\(Self.requestOfFormat1) \(source[0]) \(source[1])")
            // Named fields, each text with its length before it; what is at its default adds nothing.
            case "ledger-2", "ledger-3", "ledger-4":
                Self.hash(
                    "6:system,\(source[0].utf8.count):\(source[0]),;8:database,\(source[1].utf8.count):\(source[1]),;"
                        + "11:chunk-bytes,7:1048576,;")
            default: throw UnknownFormat(name: format)
            }
        try databases.target.run("UPDATE vecferry.job SET fingerprint = '\(fingerprint)'")
    }

    /// What vecferry 0.1.0 wrote for ``request``.
    private static let requestOfFormat1 = """
        {"chunkBytes":1048576,"create":false,"existing":"fail",\
        "index":{"lists":{"keep":{}},"method":"keep","online":false},\
        "selection":{"all":false,"excluded":[],"tables":[]}}
        """

    private static func hash(_ text: String) -> String {
        let bytes = Array(text.utf8)
        return Digest(rows: 1, sum: RowHash.of(bytes.span.bytes)).hex
    }

    private struct UnknownFormat: Error { var name: String }
}
