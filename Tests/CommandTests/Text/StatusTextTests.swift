import Testing

@testable import Ferry
@testable import vecferry

@Suite struct StatusTextTests {
    private static let items = QualifiedName(schema: "public", name: "items")

    private static func tables(failed: Bool = false) -> [TableStatus] {
        [
            TableStatus(
                name: items, doneChunks: 12, allChunks: 30, rows: 12_000, estimatedRows: 30_000, bytes: 150 << 20,
                error: failed ? "target, public.items: The disk is full. (SQLSTATE 53100)" : nil),
            TableStatus(
                name: QualifiedName(schema: "public", name: "bots\u{1b}[31m"), doneChunks: 1, allChunks: 1, rows: 40,
                estimatedRows: nil, bytes: 64 << 10),
        ]
    }

    private static func run(_ process: Int, ended: JobRun.Outcome?, error: String? = nil) -> JobRun {
        JobRun(
            host: "worker-1", process: process, version: "0.1.0", streams: 4, beganAt: "2026-11-29 01:02:03 UTC",
            endedAt: ended == nil ? nil : "2026-11-29 01:12:03 UTC", seconds: 600, outcome: ended, error: error)
    }

    private static func job(
        _ state: JobSummary.State, _ tables: [TableStatus], _ runs: [JobRun], pace: Double? = nil
    ) -> JobStatus {
        JobStatus(
            summary: JobSummary(
                number: 3, state: state, beganAt: "2026-11-29 01:02:03 UTC",
                endedAt: state == .loading ? nil : "2026-11-29 02:02:03 UTC", age: 723),
            source: "old.example.com:5432/postgres", tables: tables, builtIndexes: 2, allIndexes: 5,
            bytesPerSecond: pace, runs: runs)
    }

    private static func report(
        _ state: StatusReport.State, _ job: JobStatus?, holder: LockHolding? = nil, off: [StillOff] = []
    ) -> StatusReport {
        StatusReport(
            state: state, target: "new.example.com:5432/postgres", holder: holder, job: job,
            jobs: (job.map { [$0.summary] } ?? []) + [
                JobSummary(
                    number: 2, state: .abandoned, beganAt: "2026-11-28 01:02:03 UTC",
                    endedAt: "2026-11-28 02:02:03 UTC", age: 90_000)
            ], stillOff: off, tuned: state == .finished ? [items] : [])
    }

    private static var running: StatusReport {
        var report = report(
            .running,
            job(
                .loading, tables(), [run(4711, ended: .stopped), run(4712, ended: nil)], pace: Double(20 << 20)),
            holder: LockHolding(
                command: .copy, backend: 815, user: "postgres", client: "10.0.1.5",
                since: "2026-11-29 01:02:02 UTC", age: 601, silence: 34),
            off: [StillOff(table: items, kind: "index", name: "items_embedding_idx", statements: ["CREATE INDEX …"])])
        let last = report.job?.runs.last
        report.job?.now = last
        report.job?.workers = [
            Fixtures.worker(1, .working, isCoordinator: true), Fixtures.worker(2, .working),
            Fixtures.worker(3, .silent), Fixtures.worker(4, .left),
        ]
        report.builds = [
            BuildStatus(
                relation: items, index: "items_embedding_idx", phase: "building index: loading tuples",
                fraction: 0.437, seconds: 73)
        ]
        return report
    }

    @Test func `a running copy shows how far it is, where, and what the target lacks until then`() throws {
        try Golden.expect(CommandResult.status(Self.running).plain, "status-running")
        try Golden.expect(try JSONTests.text("status", .status(Self.running)) + "\n", "status", type: "json")
    }

    @Test func `a stopped copy shows how it ended, what failed, what is off, and the next step`() throws {
        let off = [
            StillOff(
                table: Self.items, kind: "index", name: "items_embedding_idx",
                statements: ["CREATE INDEX items_embedding_idx ON public.items USING hnsw (embedding vector_l2_ops)"])
        ]
        let runs = [
            Self.run(4711, ended: .failed, error: "target: The server closed the connection. Check the server's log.")
        ]
        let report = Self.report(.stopped, Self.job(.loading, Self.tables(failed: true), runs), off: off)
        try Golden.expect(CommandResult.status(report).plain, "status-stopped")
    }

    @Test func `a finished copy, a copy half undone, none, and another command are each one sentence and a next step`()
        throws
    {
        let finished = Self.report(.finished, Self.job(.finished, Self.tables(), [Self.run(1, ended: .proven)]))
        let undone = Self.report(.stopped, Self.job(.abandoned, Self.tables(), []))
        let tuning = Self.report(
            .running, Self.job(.finished, Self.tables(), []),
            holder: LockHolding(
                command: .tune, backend: 815, user: nil, client: nil, since: nil, age: nil, silence: nil))
        let texts = [finished, undone, Self.report(.nothing, nil), tuning].map { CommandResult.status($0).plain }
        try Golden.expect(texts.joined(separator: "----\n"), "status-others")
    }

    @Test(arguments: [(80, 24), (40, 12), (120, 40), (20, 3)])
    func `watched on a terminal, it fits`(width: Int, height: Int) {
        let lines = StatusText(report: Self.running).live(width: width, height: height)
        #expect(lines.count <= height && lines.allSatisfy { TextWidth.of($0) <= width })
        #expect(lines.first?.hasPrefix("RUNNING") == true)
    }

    @Test func `watched in a pipe, it is a sentence`() {
        #expect(
            StatusText(report: Self.running).plain
                == "Job 3: 40%, 12,040 rows, 13 of 31 chunks, 20 MB/s, about 4.5 s left; items_embedding_idx on public.items: building index: loading tuples, 43%, 1 min 13 s."
        )
    }

    @Test func `the exit status tells the states apart`() {
        let states: [StatusReport.State: ExitStatus] = [
            .finished: .done, .running: .busy, .stopped: .stopped, .nothing: .nothing,
        ]
        for (state, status) in states { #expect(ExitStatus(.status(Self.report(state, nil))) == status) }
    }
}
