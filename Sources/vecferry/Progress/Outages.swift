import Ferry

/// The servers that can't be reached now, derived from events: when a server goes away, each of its sessions reports it.
struct Outages: Equatable {
    /// A server that can't be reached.
    struct Outage: Equatable {
        /// The side.
        var side: Side
        /// When its first session noticed, and when the next one tries again.
        var since: Double
        var nextTry: Double
        /// The highest number of the next try of any session, and how many there are.
        var attempt: Int
        var attempts: Int

        /// `Source` or `Target`.
        var name: String { side == .source ? "Source" : "Target" }

        /// Whether it is worth telling: a second has passed, and a new connection failed, or takes long. A session that only
        /// finds itself cut off, maybe long after the server is back, connects again at the next try.
        func isWorthTelling(at now: Double) -> Bool {
            now - since >= 1 && (attempt > 2 || now - nextTry >= 3)
        }
    }

    /// The outages, at most one of each side.
    private(set) var all: [Outage] = []

    /// Takes an event.
    ///
    /// - Parameter now: Seconds on a clock that does not go back.
    /// - Returns: The outages that it ended.
    mutating func take(_ event: Event, at now: Double) -> [Outage] {
        if case .retry(let error, let attempt, let attempts, let delay) = event {
            begin(error, attempt, attempts, until: now + delay / .seconds(1), at: now)
            return []
        }
        let answers = Self.answers(event)
        guard !answers.isEmpty, !all.isEmpty else { return [] }
        defer { all.removeAll { answers.contains($0.side) } }
        return all.filter { answers.contains($0.side) }
    }

    private mutating func begin(
        _ error: FerryError, _ attempt: Int, _ attempts: Int, until next: Double, at now: Double
    ) {
        guard let side = error.side, Self.isOutage(error) else { return }
        if let place = all.firstIndex(where: { $0.side == side }) {
            all[place].attempt = max(all[place].attempt, attempt)
            all[place].nextTry = next
        } else {
            all.append(Outage(side: side, since: now, nextTry: next, attempt: attempt, attempts: attempts))
        }
    }

    /// Whether the error says that a server can't be reached, or does not let anyone in: not that one statement failed.
    static func isOutage(_ error: FerryError) -> Bool {
        guard let cause = error.cause, error.side != nil else { return false }
        return cause.isConnectionGone || ["57P01", "57P02", "57P03", "53300", "25006"].contains(cause.sqlState)
    }

    /// The sides that must have answered for the event to happen.
    private static func answers(_ event: Event) -> [Side] {
        switch event {
        case .chunkDone: Side.allCases
        case .moved(_, _, let bytes): bytes > 0 ? Side.allCases : []
        case .indexProgress, .buildEnded, .indexBuilt, .readBack: [.target]
        case .compared(let side, _, _, _, _): [side]
        case .ended(let stage): stage == .finish ? Side.allCases : []
        default: []
        }
    }
}
