import Foundation
import RigSupport
import Testing

@testable import Ferry
@testable import Postgres

/// What a server sends about its tables is decoded, and planned, or refused. Nothing of it ends the process: Swift traps where
/// a number overflows or an index is out of bounds, and a cycle would never end.
@Suite struct HostileCatalogTests {
    private static let setup = """
        CREATE TYPE mood AS ENUM ('sad', 'happy');
        CREATE TABLE bots (bot_id varchar(26) PRIMARY KEY, made timestamptz DEFAULT now());
        CREATE TABLE items (id bigserial PRIMARY KEY, botid varchar(26) REFERENCES bots, embedding vector(8), mood mood[],
            half halfvec(8), CONSTRAINT late CHECK (id > 0) NOT VALID);
        CREATE INDEX ON items USING ivfflat (embedding vector_l2_ops) WITH (lists = 2);
        CREATE INDEX ON items USING hnsw ((embedding::vector(8)) vector_cosine_ops) WHERE botid <> 'x';
        CREATE TABLE pieces (id int, botid text, embedding vector(8), PRIMARY KEY (id)) PARTITION BY HASH (id);
        CREATE TABLE pieces_1 PARTITION OF pieces FOR VALUES WITH (MODULUS 2, REMAINDER 0);
        CREATE TABLE pieces_2 PARTITION OF pieces FOR VALUES WITH (MODULUS 2, REMAINDER 1);
        CREATE INDEX ON pieces USING hnsw (embedding vector_l2_ops);
        COMMENT ON INDEX pieces_embedding_idx IS 'it';
        CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER noted BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION noted()
        """

    /// How long it goes on; the environment's `VECFERRY_FUZZ_SECONDS` wins.
    private static let seconds =
        ProcessInfo.processInfo.environment["VECFERRY_FUZZ_SECONDS"].flatMap(Double.init) ?? 3

    /// SplitMix64, so that a run that fails can be repeated.
    private struct Dice: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private static let oddities: [String?] = [
        nil, "", "0", "-1", "-2", "1", "t", "f", "9223372036854775807", "-9223372036854775808", "70368744177664",
        "4294967295",
        "99999999999999999999", "1e308", "{}", "{\"\"}", "{a,b}", "{", "}", "\"", "'; DROP TABLE x; --", "\u{0}",
        "\u{202E}", "p",
        "I", "hnsw", "ivfflat", "vector", "bit", "OPERATOR(", "OPERATOR(public.<->)", "{=}", "{lists=}",
        "{lists=9223372036854775807}", "{m=99999999}", String(repeating: "x", count: 70_000),
    ]

    /// Rows in which some fields are other than the server sent them, and some rows are twice there or not at all.
    private static func damaged(_ table: [[String?]], _ dice: inout Dice) -> [[String?]] {
        var table = table
        // Most tables stay whole, so that much of what is damaged is decoded and planned.
        for _ in 0..<max(0, Int.random(in: -9...2, using: &dice)) where !table.isEmpty {
            let row = Int.random(in: 0..<table.count, using: &dice)
            switch Int.random(in: 0...9, using: &dice) {
            case 0: table.remove(at: row)
            case 1: table.append(table[row])
            case 2...4:
                // A value of another row: parents, OIDs and names that fit elsewhere.
                let column = Int.random(in: 0..<table[row].count, using: &dice)
                table[row][column] = table.randomElement(using: &dice)?[column]
            default:
                let column = Int.random(in: 0..<table[row].count, using: &dice)
                table[row][column] = oddities.randomElement(using: &dice) ?? nil
            }
        }
        return table
    }

    @Test func `rows of a server that lies are planned or refused`() async throws {
        try await Rig.withDatabases(onTargetServer: true) { databases in
            try databases.source.run(Self.setup)
            try await Meanwhile { _ in
                let connection = try databases.source.connect()
                let sent = try connection.execute(
                    "SET search_path TO pg_catalog, pg_temp;" + CatalogReader.statements.joined(separator: "\n")
                ).filter { !$0.columns.isEmpty }
                let tables = try sent.map { rows in
                    try rows.map { row in try rows.columns.indices.map { try row.optional(at: $0) } }
                }
                var (dice, counts) = (Dice(state: 1), (planned: 0, refused: 0))
                let end = ContinuousClock.now + .seconds(Self.seconds)
                repeat {
                    func catalog() throws(FerryError) -> Catalog {
                        let rows = zip(sent, tables).map { rows, table in
                            Answer(
                                Rows(columns: rows.columns, values: Self.damaged(table, &dice), affected: 0), .target)
                        }
                        return try CatalogReader().catalog(
                            rows, endpoint: "e", side: .target, isUnchecked: Bool.random(using: &dice))
                    }
                    do throws(FerryError) {
                        let (source, target) = (try catalog(), try catalog())
                        counts.planned += 1
                        var request = CopyRequest()
                        request.create = Bool.random(using: &dice)
                        request.selection.all = Bool.random(using: &dice)
                        request.index.online = Bool.random(using: &dice)
                        request.existing = [.fail, .truncate, .keep, .replace].randomElement(using: &dice) ?? .fail
                        let facts = Survey.SessionFacts(host: "h", encryption: .none, pooler: .none)
                        let survey = Survey(
                            source: source, target: target, sourceSession: facts, targetSession: facts,
                            isSameDatabase: false, snapshotRefusal: nil, mayCreateIn: [:], mayCreateTemporary: true,
                            extensions: [], sparse: [:], nonEmptyTargets: Set(target.relations.values.map(\.name)),
                            sourceBots: [:], targetBots: [:])
                        let plan = Planner(request: request, survey: survey).plan()
                        // What reads it back does as well.
                        _ = (plan.chunks.count, StoredPlan(plan).text)
                        _ = try ComparisonPlanner(
                            request: VerifyRequest(), source: source, target: target,
                            memory: LedgerMemory(plans: [plan])
                        ).plan()
                    } catch {
                        counts.refused += 1
                    }
                    // A busy machine takes its time.
                } while ContinuousClock.now < end
                    || min(counts.planned, counts.refused) <= 100 && ContinuousClock.now < end + .seconds(120)
                #expect(counts.planned > 100 && counts.refused > 100, "\(counts)")
            }.value
        }
    }
}
