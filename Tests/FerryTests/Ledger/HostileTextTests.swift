import Foundation
import Postgres
import Testing

@testable import Ferry

/// Texts that a server holds or sends, and that pg_dump writes, are decoded or refused: nothing of them ends the process.
/// `scripts/fuzz` runs this for longer. Rows of the catalog are fuzzed in `HostileCatalogTests`, on a real server's.
@Suite struct HostileTextTests {
    /// How long each of these goes on; the environment's `VECFERRY_FUZZ_SECONDS` wins.
    private static let seconds =
        ProcessInfo.processInfo.environment["VECFERRY_FUZZ_SECONDS"].flatMap(Double.init) ?? 1

    private static let pieces = [
        "", "0", "-1", "9223372036854775807", "1e999", "null", "true", "\"", "{", "}", "[", "]", ",", ":", "\\",
        "\u{0}",
        "\u{202E}", "\u{FFFD}", "\\u0000", "'", "''", ";", "\n", "$$", "-- Name: ", "\\restrict x", "\\unrestrict x",
        String(repeating: "[", count: 3_000), " SET STATISTICS ", "; ALTER INDEX ", "ALTER INDEX ", ".",
    ]

    /// The text with some of its bytes cut, doubled, changed or exchanged for a piece.
    private static func damaged(_ text: String) -> String {
        var bytes = Array(text.utf8)
        for _ in 0...Int.random(in: 0...3) where !bytes.isEmpty {
            let start = Int.random(in: 0..<bytes.count)
            let end = min(bytes.count, start + Int.random(in: 0...12))
            switch Int.random(in: 0...4) {
            case 0: bytes.removeSubrange(start..<end)
            case 1: bytes.insert(contentsOf: bytes[start..<end], at: start)
            case 2: bytes[start] = UInt8.random(in: 0...255)
            case 3: bytes.removeSubrange(start...)
            default: bytes.replaceSubrange(start..<end, with: (pieces.randomElement() ?? "").utf8)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func repeatedly(_ body: () throws -> Void) {
        let end = ContinuousClock.now + .seconds(seconds)
        repeat { _ = try? body() } while ContinuousClock.now < end
    }

    @Test func `damaged documents of a ledger are read or refused`() {
        let jobs = GoldenJob.all
        Self.repeatedly {
            guard let job = jobs.randomElement() else { return }
            let statements = job.saved.map { definition in
                var definition = definition
                if Bool.random() { definition.statements = definition.statements.map(Self.damaged) }
                if Int.random(in: 0...9) == 0 { definition.statements = [] }
                return definition
            }
            if let report = job.report { _ = try? StoredReport(text: Self.damaged(report)).report }
            let plan = try StoredPlan(text: Self.damaged(job.plan)).plan(statements.dropLast(Int.random(in: 0...1)))
            _ = StoredPlan(plan).text
            for number in plan.pairs.map(\.number) { _ = plan[number].name }
        }
    }

    private static let texts = [
        "{a,\"b \\\"c\\\"\",d}", "0.8.5", "(4294967295,65535)", "0123456789abcdef0123456789abcdef",
        "ALTER INDEX a.b ALTER COLUMN 1 SET STATISTICS 7; ALTER INDEX a.b ALTER COLUMN 2 SET STATISTICS 9",
        "OPERATOR(public.<->)", "public.\"Items\"*", "lists=100",
        """
        \\restrict abc
        SET statement_timeout = 0;
        --
        -- Name: items; Type: TABLE; Schema: public; Owner: -
        --
        CREATE TABLE public.items (id integer);
        \\unrestrict abc
        """,
    ]

    @Test func `damaged texts are read or refused`() {
        Self.repeatedly {
            let text = Self.damaged(Self.texts.randomElement() ?? "")
            if let list = ArrayText.parse(text) { #expect(ArrayText.parse(ArrayText.format(list)) == list) }
            _ = (PgvectorVersion(parsing: text), RowQuery.Place(text), Digest(rows: 1, hex: text))
            _ = (SavedDefinition.single(text), SearchForms.symbol(text), TablePattern(text), Index.options([text, ""]))
            _ = (PgDump.body(of: text), TextHash.of(text), text.sqlIdentifier, text.quotedLiteral, ServerText.cut(text))
        }
    }
}
