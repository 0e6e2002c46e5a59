import Foundation
import Postgres
import RigSupport
import Testing

@testable import Ferry
@testable import vecferry

@Suite struct EventTests {
    private static let time = "2026-11-29T01:02:03.456Z"

    /// One event of each kind, and what happens many times a second several times.
    private static var events: [(event: Event, now: Double)] {
        let chunk = Chunk(pair: 0, number: 3, part: 0, pages: PageRange(start: 0, end: nil))
        let lost = FerryError(
            PostgresError(.connectionLost, "The server closed the connection."), .target, table: Fixtures.items)
        let progress = IndexProgress(
            index: Fixtures.vectorIndex.name, relation: Fixtures.items, phase: "building index: loading tuples",
            fraction: 0.45, seconds: 12, secondsLeft: 20)
        let off = StillOff(table: Fixtures.items, kind: "index", name: "items_embedding_idx", statements: [])
        return [
            (.began(.plan), 0), (.planned(Fixtures.plan([Fixtures.itemsPair], notes: Fixtures.allNotes)), 0),
            (.ended(.plan), 1), (.resumed(job: 7, doneChunks: 3, allChunks: 12, restoredIndexes: 1), 1),
            (.began(.copy), 1), (.chunkBegan(chunk), 1), (.moved(pair: 0, rows: 10, bytes: 1000), 1),
            (.moved(pair: 0, rows: 10, bytes: 1000), 1.5), (.moved(pair: 0, rows: 10, bytes: 1000), 2.5),
            (.moved(pair: 0, rows: 1, bytes: 100), 2.6), (.chunkDone(chunk, Digest(rows: 31, sum: 0xabc)), 3),
            (.pairLoaded(pair: 0), 3), (.ended(.copy), 3), (.indexesToBuild(1), 3), (.indexProgress(progress), 4),
            (.buildEnded(index: Fixtures.vectorIndex.name), 5),
            (.indexBuilt(Fixtures.vectorIndex, name: Fixtures.vectorIndex.name, seconds: 32.5), 5),
            (.readBack(pair: 0, rows: 31, bytes: 3100), 6), (.scanning(bytes: 10_000), 6),
            (.compared(.source, relation: Fixtures.items, rows: 31, bytes: 3100, scanned: 5000), 6),
            (.retry(lost, attempt: 2, of: 8, delay: .milliseconds(500)), 7), (.warning(Fixtures.allNotes[1]), 7),
            (.worker(Fixtures.worker(2, .working)), 7), (.worker(Fixtures.worker(2, .silent)), 7),
            (.streams(.asked(4)), 7), (.streams(.yields(2, of: 4, because: ["a commit takes 250 ms"])), 7),
            (.streams(.back(4)), 7),
            (.left(JobLeft(doneChunks: 3, allChunks: 12, stillOff: [off])), 8), (.found(Fixtures.fullComparison), 8),
        ]
    }

    @Test func `each event is a line that the schema describes, and what is frequent is added up`() throws {
        var log = EventLog()
        var records = Self.events.flatMap { log.records(of: $0.event, at: $0.now, time: Self.time) }
        records += log.records(of: .copy(Fixtures.fullReport), time: Self.time)
        records += log.records(of: .verify(Fixtures.fullComparison), time: Self.time)
        let schema = try JSONSchema("event")
        for record in records { #expect(schema.fault(in: record.line) == nil, "\(record.line)") }
        let ofReporter: Set<EventRecord.Name> = [.runBegan, .runEnded, .error]
        #expect(Set(records.map(\.name)).union(ofReporter) == Set(EventRecord.Name.allCases))
        let moved = records.filter { $0.name == .tableProgress }.compactMap { $0.attributes["vecferry.rows"] }
        #expect(moved == [.int(10), .int(20), .int(1)])
        try Golden.expect(records.map { $0.line + "\n" }.joined(), "events")
    }

    @Test func `a run has a beginning and one end, with the outcome`() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "vecferry-\(UUID().uuidString).ndjson").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let reporter = EventReporter("copy", sink: try LineFile(path: path, "event file", empties: true))
        reporter.begin()
        reporter.show(.stopping)
        reporter.show(
            .error(FerryError(PostgresError(.server, "no", sqlState: "42501"), .target, table: Fixtures.items)))
        reporter.show(.stopped(resumes: true))
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
        let schema = try JSONSchema("event")
        for line in lines { #expect(schema.fault(in: line) == nil, "\(line)") }
        #expect(lines.count == 3)
        #expect(lines[0].contains("vecferry.run.began") && lines[1].contains(#""db.response.status_code":"42501""#))
        #expect(lines[2].contains("vecferry.run.ended") && lines[2].contains(#""vecferry.outcome":"error""#))
    }

    @Test func `metrics are Prometheus' text format, and names are escaped`() throws {
        var board = ProgressBoard()
        for (event, now) in Self.events { board.take(event, at: now) }
        var other = board
        let pair = Fixtures.pair(0, "a \"b\" \\c\n", rows: 10, bytes: 8192)
        other.take(.planned(Fixtures.plan([pair])), at: 9)
        let texts = [
            MetricsText(command: "copy", board: board, retries: ["target": 3], outcome: nil, time: 1_795_914_123.5)
                .text,
            MetricsText(command: "copy", board: other, retries: [:], outcome: "proven", time: 1_795_914_123).text,
        ]
        try Golden.expect(texts.joined(separator: "----\n"), "metrics")
        // Each sample has a type, and each name one.
        for text in texts {
            let lines = text.split(separator: "\n")
            let typed = lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
            #expect(Set(typed).count == typed.count)
            let samples = lines.filter { !$0.hasPrefix("#") }.map { $0.prefix { $0 != "{" && $0 != " " } }
            #expect(Set(samples).isSubset(of: Set(typed)))
        }
    }

    @Test func `outputs that contradict each other are refused`() {
        for arguments in [["--json", "--events", "-"], ["--metrics-file", "vecferry.txt"]] {
            #expect(throws: (any Error).self) { try OutputOptions.parse(arguments) }
        }
        #expect(throws: (any Error).self) {
            try OutputOptions.parse(["--events", "/no/such/folder/x"]).reporter(of: "plan")
        }
    }
}
