import Foundation
import Postgres
import RigSupport
import Testing

/// Faults of the operator's input. No server and no line fails here, so these tests run beside all others.
@Suite struct BadInputTests {
    /// Nothing on either side has changed afterwards, and no password is said.
    @Test func `bad input is reported in words that help, and changes nothing`() async throws {
        try await Self.withScene { scene in
            let before = try Self.fingerprint(scene)
            for input in BadInput.harmless { try Self.check(input, scene, before) }
        }
    }

    @Test(arguments: BadInput.prepared)
    func `missing rights and a damaged ledger are reported in words that help`(input: BadInput) async throws {
        try await Self.withScene { scene in try Self.check(input, scene, nil) }
    }

    private static func check(_ input: BadInput, _ scene: BadInput.Scene, _ known: [String]?) throws {
        Figures.count(.badInputs)
        let (arguments, variables) = try input.given(scene)
        let before = try known ?? fingerprint(scene)
        // Addresses on the command line, where the process list would show them.
        let addresses = scene.databases.environment.merging(variables) { $1 }
        let copy = try Ferryman.start(
            [
                "copy", "--retries", "0", "--verbose", "--log-level", "trace", "--source",
                addresses["VECFERRY_SOURCE"] ?? "", "--target=\(addresses["VECFERRY_TARGET"] ?? "")",
            ] + arguments)
        let shown = processList(copy)
        let ended = copy.ended()
        #expect(ended.status == input.status, "\(input.testDescription): \(ended.said)")
        for words in input.says {
            let isSaid = ended.said.contains(words)
            #expect(isSaid, "\(input.testDescription): \(words) is missing in: \(ended.said)")
        }
        if input.changesNothing {
            let isSame = try fingerprint(scene) == before
            #expect(isSame, "\(input.testDescription): something has changed")
        }
        expectNoSecret(in: ended.said)
        expectNoSecret(in: shown)
        expectNoSecret(in: scene.databases.ledger())
    }

    /// What `ps` shows of a program from when it first speaks until its end.
    private static func processList(_ copy: Command) -> String {
        var shown: [String] = []
        while copy.isRunning {
            if !copy.errorsSoFar.isEmpty { shown.append(copy.commandLine()) }
            usleep(2_000)
        }
        return shown.joined(separator: "\n")
    }

    private static func fingerprint(_ scene: BadInput.Scene) throws -> [String] {
        [try scene.databases.source.fingerprint(), try scene.databases.target.fingerprint()]
    }

    @Test(arguments: [true, false])
    func `a pooler in transaction mode is noticed, and keeps no lock`(onSource: Bool) async throws {
        try await Self.withScene { scene in
            let database = onSource ? scene.databases.source : scene.databases.target
            let pooler = try Pooler(before: database)
            defer { pooler.close() }
            var environment = scene.databases.environment
            environment[onSource ? "VECFERRY_SOURCE" : "VECFERRY_TARGET"] = pooler.uri
            // An index step has no source.
            let alone = onSource ? [] : [["index"], ["index", "--dry-run"]]
            for command in [["plan"], ["copy"], ["verify"]] + alone {
                Figures.count(.badInputs)
                let ended = try Ferryman.run(command, environment: environment)
                #expect(ended.status == 3, "\(ended.said)")
                Self.expectNoSecret(in: ended.said)
                #expect(
                    ended.said.contains("transaction mode") && ended.said.contains(onSource ? "source" : "target"),
                    "\(ended.said)")
            }
            #expect(
                try database.value(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                ) == "0")
            let direct = try scene.databases.startCopy().ended()
            #expect(direct.status == 0, "\(direct.said)")
        }
    }

    /// Not bad at all: copied as any other.
    @Test func `names of all kinds are quoted`() async throws {
        let names = [
            #"x"; drop table items; --"#, "with space", "it's", "100%s%n", "🚢 ferry", "Ünïcödé", #"back\slash"#,
            String(repeating: "n", count: 63), "select", "tab\there", "new\nline", "$1", "{a,b}", "a.b",
        ]
        try await Self.withScene { scene in
            for name in names {
                let quoted = "\"\(name.replacing("\"", with: "\"\""))\""
                try scene.databases.both(
                    """
                    CREATE TABLE \(quoted) (\(quoted) int PRIMARY KEY, botid text, v vector(2));
                    CREATE INDEX ON \(quoted) USING hnsw (v vector_l2_ops)
                    """)
                try scene.databases.source.run(
                    "INSERT INTO \(quoted) SELECT i, '\(name.prefix(5).replacing("'", with: "''"))', ARRAY[i, 1]::vector FROM generate_series(1, 20) AS i"
                )
            }
            let ended = try scene.databases.startCopy().ended()
            #expect(ended.status == 0, "\(ended.said)")
            for name in names {
                let quoted = "\"\(name.replacing("\"", with: "\"\""))\""
                let rows = try scene.databases.sameRows("SELECT * FROM \(quoted) ORDER BY 1")
                #expect(rows == 20)
            }
            #expect(try scene.databases.target.value("SELECT count(*) > 0 FROM items") == "t")
            #expect(try scene.databases.target.value("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == "0")
        }
    }

    // MARK: The scene

    static func withScene(_ body: (BadInput.Scene) async throws -> Void) async throws {
        try await Cargo.withDatabases(rows: 300) { databases in
            let folder = FileManager.default.temporaryDirectory.appending(path: "vecferry-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let source = try TestRole(on: databases.source, "LOGIN")
            let target = try TestRole(on: databases.target, "LOGIN")
            defer {
                source.drop()
                target.drop()
                try? FileManager.default.removeItem(at: folder)
            }
            try await body(
                BadInput.Scene(databases: databases, folder: folder, sourceRole: source, targetRole: target))
        }
    }

    static func expectNoSecret(in text: String, _ location: SourceLocation = #_sourceLocation) {
        let showsRole = text.contains(TestRole.password)
        #expect(!showsRole, "a password is shown", sourceLocation: location)
        let rig = (try? Rig.variable("VECFERRY_SOURCE")).flatMap {
            try? ConnectionParameters(parsing: $0)["password"]
        }
        let showsRig = text.contains(rig ?? "rig-secret")
        #expect(!showsRig, "the rig's password is shown", sourceLocation: location)
    }
}
