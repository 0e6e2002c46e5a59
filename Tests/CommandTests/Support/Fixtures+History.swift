@testable import Ferry
@testable import vecferry

/// Histories of copies.
extension Fixtures {
    /// A proven copy with everything that a report shows, in two runs, of which the first was killed. Names are hostile where a name may be.
    static var provenHistory: JobHistory {
        var items = itemsPair
        items.indexes[1].builds[0].statements = [
            "CREATE INDEX idx_items_embedding ON public.items USING ivfflat (embedding)"
        ]
        let log = pair(1, "log <b>&", rows: 10, bytes: 64 << 10)
        var plan = plan([items, log], notes: [])
        plan.request.selection.excludedBots = ["gone"]
        plan.inventory = Inventory(
            tables: 3,
            entries: [
                Inventory.Entry(
                    kind: "table", name: "public.<script>", reason: .notChosen, rows: 3, bytes: 8192, holdsVectors: true
                ),
                Inventory.Entry(kind: "view", name: "public.v", reason: .notCreated, holdsVectors: false),
            ])
        var report = report(.proven, .proven, .proven)
        report.tables[1].name = log.name
        for number in report.tables.indices {
            report.tables[number].provenAt = "2026-11-29 01:05:03 UTC"
            report.tables[number].bytes = plan.pairs[number].bytes
            report.tables[number].seconds = 6.5
        }
        report.tables[0].indexes = [
            IndexReport(name: vectorIndex.name, action: .rebuild, seconds: 4.2)
        ]
        report.notes = [
            note(.warning, .init(description: "memory"), "The build \"barely\" fits.", hint: "Give it more.")
        ]
        report.searches = [search(differing: 1), search(differing: 0)]
        report.rowsByBot = RowsByBot(
            bots: [
                RowsByBot.Bot(id: "A", source: 40_000, target: 40_000),
                RowsByBot.Bot(id: "<script>alert(1)</script>", source: 19_998, target: 19_990),
                RowsByBot.Bot(id: nil, source: 2, target: 2),
            ], others: 4)
        report.maps = [map]
        report.describe(plan)
        return JobHistory(
            target: "target.example.com:5432/postgres", state: .finished,
            job: JobStatus(
                summary: JobSummary(
                    number: 7, state: .finished, beganAt: "2026-11-29 01:00:03 UTC", endedAt: "2026-11-29 01:05:09 UTC",
                    age: 900),
                source: "source.example.com:5432/postgres",
                tables: plan.pairs.map {
                    TableStatus(
                        name: $0.name, doneChunks: $0.chunkCount, allChunks: $0.chunkCount, rows: 30_000,
                        estimatedRows: $0.estimatedRows, bytes: $0.bytes)
                }, builtIndexes: 1, allIndexes: 1,
                runs: [
                    JobRun(
                        host: "worker-1", process: 4711, version: "0.1.0", streams: 4,
                        command: "vecferry copy --jobs 4", beganAt: "2026-11-29 01:00:03 UTC", seconds: 200),
                    JobRun(
                        host: "worker-2", process: 4712, version: "0.1.0", streams: 4,
                        command: "vecferry copy --jobs 4 --bot '<A>'", timeline: timeline,
                        beganAt: "2026-11-29 01:05:00 UTC", endedAt: "2026-11-29 01:05:09 UTC", seconds: 9,
                        outcome: .proven),
                ], report: report),
            plan: plan,
            commits: [
                JobHistory.Commit(pair: 0, at: 1, rows: 30_000), JobHistory.Commit(pair: 0, at: 4, rows: 30_000),
                JobHistory.Commit(pair: 1, at: 5, rows: 10),
            ], readAt: "2026-11-29 02:00:00 UTC")
    }

    /// A process that shares a job.
    static func worker(_ number: Int, _ state: WorkerStatus.State, isCoordinator: Bool = false) -> WorkerStatus {
        WorkerStatus(
            number: number, host: "worker-\(number)", process: 4700 + number, version: "0.1.0", streams: 2,
            isCoordinator: isCoordinator, state: state, joinedAt: "2026-11-29 01:02:04 UTC",
            silence: state == .silent ? 21.4 : 1.2, chunks: 10 * number, bytes: number << 28,
            heldChunks: state == .left ? 0 : 2)
    }

    /// One that stopped half-way.
    static var stoppedHistory: JobHistory {
        var history = provenHistory
        history.state = .stopped
        history.job.report = nil
        history.job.summary.state = .loading
        history.job.summary.endedAt = nil
        history.job.builtIndexes = 0
        history.job.tables[0].doneChunks = 5
        history.job.tables[1].error = "target: The disk is full."
        history.job.runs[1].timeline = nil
        history.job.runs[1].outcome = .failed
        history.job.runs[1].error = "target: The disk is full."
        history.stillOff = [
            StillOff(table: items, kind: "index", name: "idx_items_embedding", statements: ["CREATE INDEX \"<x>\" …"])
        ]
        return history
    }

    static var timeline: Timeline {
        var timeline = Timeline()
        timeline.chunks = [
            Timeline.Span(pair: 0, began: 0.5, ended: 2), Timeline.Span(pair: 0, began: 0.5, ended: 2.25),
            Timeline.Span(pair: 1, began: 2.25, ended: 2.3),
        ]
        timeline.builds = [Timeline.Build(index: vectorIndex.name, began: 2.5, ended: 6.7)]
        timeline.readBacks = [
            Timeline.Span(pair: 0, began: 2.6, ended: 4), Timeline.Span(pair: 1, began: 2.4, ended: 2.4),
        ]
        for tick in 0..<20 { timeline.sent.add(tick << 20, at: 0.1 * Double(tick)) }
        for tick in 0..<14 { timeline.read.add(25 << 20, at: 2.6 + 0.1 * Double(tick)) }
        timeline.retries = [
            Timeline.Retry(at: 1.25, side: .target, message: "The server closed the connection & left.")
        ]
        timeline.retryCount = 12
        return timeline
    }

    /// Ten bots of which one has a vector that differs and one a row that the target lacks.
    static var map: EmbeddingMap {
        let points = (0..<10).map { bot in
            let place = EmbeddingMap.Place(x: bot * 200 - 900, y: bot * bot * 10 - 400)
            return EmbeddingMap.Point(
                bot: bot, source: place,
                target: bot == 9 ? nil : bot == 3 ? EmbeddingMap.Place(x: 0, y: 400) : place)
        }
        return EmbeddingMap(
            table: items, column: "embedding", bots: (0..<9).map { "bot \($0) <i>" } + [nil], points: points,
            share: 0.376, differing: 1)
    }
}
