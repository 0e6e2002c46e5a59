/// The timeline of a process, as stored in the ledger. Times are milliseconds since it began.
struct StoredTimeline: Codable, Sendable, Equatable {
    /// An index build.
    struct Build: Codable, Sendable, Equatable {
        var index: StoredName
        var began: Int
        var ended: Int
    }

    /// A fault.
    struct Retry: Codable, Sendable, Equatable {
        var at: Int
        var side: StoredWord<Side>?
        var message: String
    }

    /// Bytes over time.
    struct Amounts: Codable, Sendable, Equatable {
        var binMilliseconds: Int
        var bytes: [Int]

        init(_ pace: Pace) {
            binMilliseconds = Int(pace.binSeconds * 1000)
            bytes = pace.bytes
        }

        /// The engine's amounts.
        var pace: Pace { Pace(binSeconds: Double(max(1, binMilliseconds)) / 1000, bytes: bytes) }
    }

    /// Each chunk: the number of its table, and when it began and ended.
    var chunks: [[Int]]
    /// The same of each table's reading back.
    var readBacks: [[Int]]
    var builds: [Build]
    var sent: Amounts
    var read: Amounts
    var retries: [Retry]
    var retryCount: Int

    init(_ timeline: Timeline) {
        chunks = timeline.chunks.map(Self.numbers)
        readBacks = timeline.readBacks.map(Self.numbers)
        builds = timeline.builds.map {
            Build(index: StoredName($0.index), began: Self.milliseconds($0.began), ended: Self.milliseconds($0.ended))
        }
        sent = Amounts(timeline.sent)
        read = Amounts(timeline.read)
        retries = timeline.retries.map {
            Retry(at: Self.milliseconds($0.at), side: $0.side.map(StoredWord.init), message: $0.message)
        }
        retryCount = timeline.retryCount
    }

    /// The engine's timeline.
    var timeline: Timeline {
        var timeline = Timeline()
        timeline.chunks = chunks.compactMap(Self.span)
        timeline.readBacks = readBacks.compactMap(Self.span)
        timeline.builds = builds.map {
            Timeline.Build(
                index: $0.index.name, began: Double($0.began) / 1000, ended: Double($0.ended) / 1000)
        }
        timeline.sent = sent.pace
        timeline.read = read.pace
        timeline.retries = retries.map {
            Timeline.Retry(at: Double($0.at) / 1000, side: $0.side?.value, message: $0.message)
        }
        timeline.retryCount = retryCount
        return timeline
    }

    private static func milliseconds(_ seconds: Double) -> Int { Int((seconds * 1000).rounded()) }

    private static func numbers(_ span: Timeline.Span) -> [Int] {
        [span.pair.value, milliseconds(span.began), milliseconds(span.ended)]
    }

    private static func span(_ numbers: [Int]) -> Timeline.Span? {
        guard numbers.count == 3 else { return nil }
        return Timeline.Span(
            pair: PairNumber(numbers[0]), began: Double(numbers[1]) / 1000, ended: Double(numbers[2]) / 1000)
    }
}
