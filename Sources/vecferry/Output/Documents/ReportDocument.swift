import Ferry

/// The JSON of `report`.
struct ReportDocument: Encodable {
    /// A process, with when it did what.
    struct Run: Encodable {
        let host: String
        let process: Int
        let beganAt: String
        /// Its command line, without secrets.
        let command: String?
        let timeline: Timeline?
    }

    /// When a process did what. Times are seconds since it began.
    struct Timeline: Encodable {
        let chunks: [Span]
        let readBacks: [Span]
        let builds: [Build]
        let sent: Amounts
        let read: Amounts
        let retries: [Retry]
        let retryCount: Int
    }

    /// Work on a table; `pair` is its place in the plan.
    struct Span: Encodable {
        let pair: Int
        let began: Double
        let ended: Double
    }

    /// An index build.
    struct Build: Encodable {
        let index: NameDocument
        let began: Double
        let ended: Double
    }

    /// Bytes in each of a number of equal spaces of time.
    struct Amounts: Encodable {
        let binSeconds: Double
        let bytes: [Int]
    }

    /// A fault that work was retried after.
    struct Retry: Encodable {
        let at: Double
        let side: String?
        let message: String
    }

    /// The commit of a chunk, in seconds since the job began.
    struct Commit: Encodable {
        let pair: Int
        let at: Double
        let rows: Int
    }

    /// The rows of a bot; without `bot`, rows that belong to none.
    struct Bot: Encodable {
        let bot: String?
        let sourceRows: Int
        let targetRows: Int
    }

    /// A sample of vectors in a plane.
    struct Map: Encodable {
        let table: NameDocument
        let column: String
        /// The bots; null stands for rows of no bot.
        let bots: [String?]
        let points: [Point]
        let share: Double
        let differing: Int?
    }

    /// A row of a sample. Places are from -1000 to 1000; `bot` is its place among the bots.
    struct Point: Encodable {
        let bot: Int
        let source: [Int]
        let target: [Int]?
    }

    let target: String
    let readAt: String
    let job: StatusDocument.Job
    let plan: PlanDocument
    let copy: CopyDocument?
    let runs: [Run]
    let commits: [Commit]
    let bots: [Bot]?
    let maps: [Map]?
    let stillOff: [StillOffDocument]

    init(_ history: JobHistory) {
        target = history.target
        readAt = ISOTime.of(history.readAt)
        job = StatusDocument.Job(history.job)
        plan = PlanDocument(history.plan)
        copy = history.job.report.map(CopyDocument.init)
        runs = history.job.runs.map { run in
            Run(
                host: run.host, process: run.process, beganAt: ISOTime.of(run.beganAt), command: run.command,
                timeline: run.timeline.map(Timeline.init))
        }
        commits = history.commits.map { Commit(pair: $0.pair.value, at: $0.at, rows: $0.rows) }
        bots = history.job.report?.rowsByBot?.bots.map {
            Bot(bot: $0.id, sourceRows: $0.source, targetRows: $0.target)
        }
        maps = history.job.report?.maps?.map(Map.init)
        stillOff = history.stillOff.map(StillOffDocument.init)
    }
}

extension ReportDocument.Timeline {
    init(_ timeline: Ferry.Timeline) {
        chunks = timeline.chunks.map(ReportDocument.Span.init)
        readBacks = timeline.readBacks.map(ReportDocument.Span.init)
        builds = timeline.builds.map {
            ReportDocument.Build(index: NameDocument($0.index), began: $0.began, ended: $0.ended)
        }
        sent = ReportDocument.Amounts(binSeconds: timeline.sent.binSeconds, bytes: timeline.sent.bytes)
        read = ReportDocument.Amounts(binSeconds: timeline.read.binSeconds, bytes: timeline.read.bytes)
        retries = timeline.retries.map {
            ReportDocument.Retry(at: $0.at, side: $0.side?.rawValue, message: $0.message)
        }
        retryCount = timeline.retryCount
    }
}

extension ReportDocument.Span {
    init(_ span: Ferry.Timeline.Span) {
        pair = span.pair.value
        began = span.began
        ended = span.ended
    }
}

extension ReportDocument.Map {
    init(_ map: EmbeddingMap) {
        table = NameDocument(map.table)
        column = map.column
        bots = map.bots
        points = map.points.map { point in
            ReportDocument.Point(
                bot: point.bot, source: [point.source.x, point.source.y],
                target: point.target.map { [$0.x, $0.y] })
        }
        share = map.share
        differing = map.differing
    }
}
