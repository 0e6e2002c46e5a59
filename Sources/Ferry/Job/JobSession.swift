/// The session on the target that the stages of a job share: a login takes six round trips, which at high latency is more than
/// most stages need. Workers have sessions of their own.
struct JobSession: ~Copyable {
    private let target: Endpoint
    private let workers: Workers
    private var connection: Session?

    /// Opens no session yet: the first ``run(_:)`` does.
    init(_ target: Endpoint, workers: Workers) {
        self.target = target
        self.workers = workers
    }

    /// Runs a block over the session, outside of any transaction, and retries after transient faults. After an error it opens a
    /// new session.
    mutating func run<Result>(
        _ body: (borrowing Session) throws(FerryError) -> Result
    ) throws(FerryError) -> Result {
        try workers.retrying { () throws(FerryError) in try once(body) }
    }

    /// Runs a block as ``run(_:)`` does, without retries, for what nothing depends on.
    ///
    /// - Returns: Whether it succeeded.
    mutating func attempt(_ body: (borrowing Session) throws(FerryError) -> Void) -> Bool {
        do throws(FerryError) {
            try once(body)
            return true
        } catch {
            return false
        }
    }

    private mutating func once<Result>(
        _ body: (borrowing Session) throws(FerryError) -> Result
    ) throws(FerryError) -> Result {
        if let held = connection.take() {
            do throws(FerryError) {
                let result = try body(held)
                connection = consume held
                return result
            } catch {
                // The session may have been lost hours ago, while the workers worked: that does not count as a try.
                guard error.side == .target, error.cause?.isConnectionGone == true, error.code != .interrupted else {
                    throw error
                }
            }
        }
        let fresh = try target.connect()
        let result = try body(fresh)
        connection = consume fresh
        return result
    }
}
