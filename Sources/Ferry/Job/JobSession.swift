/// The session on the target over which a job itself speaks, from stage to stage: a login is six round trips, which on a long
/// line is more than most stages need. Workers have sessions of their own.
struct JobSession: ~Copyable {
    private let target: Endpoint
    private let workers: Workers
    private var connection: Session?

    /// Opens nothing yet: the first ``run(_:)`` does.
    init(_ target: Endpoint, workers: Workers) {
        self.target = target
        self.workers = workers
    }

    /// Runs a block over the session, outside of any transaction, and again where a fault may heal. After an error the session
    /// is a new one.
    mutating func run<Result>(
        _ body: (borrowing Session) throws(FerryError) -> Result
    ) throws(FerryError) -> Result {
        try workers.retrying { () throws(FerryError) in try once(body) }
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
                // It may have been lost hours ago, while the workers worked: then nothing has been tried yet.
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
