import Ferry

/// Tells which retries are worth a line: when a server goes away, each of its sessions notices.
struct RetryNews {
    /// The highest attempt that was shown of each fault, and when.
    private var shown: [String: (attempt: Int, at: ContinuousClock.Instant)] = [:]
    /// How long a fault is the same fault.
    private static let memory: Duration = .seconds(60)

    /// Whether this is the first session to report a server's fault or, for a fault of one session, the first n-th try.
    mutating func isNews(_ error: FerryError, attempt: Int, at now: ContinuousClock.Instant = .now) -> Bool {
        let isOfSession = ["40P01", "55P03"].contains(error.cause?.sqlState)
        let fault = "\(error.side?.rawValue ?? "") \(isOfSession ? error.message : "")"
        if let last = shown[fault], now - last.at < Self.memory {
            // The progress line shows how a server's fault goes on.
            if !isOfSession { shown[fault]?.at = now }
            if !isOfSession || attempt <= last.attempt { return false }
        }
        shown[fault] = (attempt, now)
        return true
    }
}
