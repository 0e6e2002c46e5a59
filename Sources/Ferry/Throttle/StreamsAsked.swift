/// That a copy which is running was asked to have another number of streams.
public struct StreamsAsked: Sendable, Equatable {
    /// The job; nil where no copy is running.
    public var job: JobNumber?
    /// The process that works on it: its host and its id there.
    public var host: String
    public var process: Int
    /// The number of its streams until now.
    public var before: Int
    /// The number that it was asked for.
    public var streams: Int

    /// Takes the facts.
    public init(job: JobNumber?, host: String = "", process: Int = 0, before: Int = 0, streams: Int) {
        self.job = job
        self.host = host
        self.process = process
        self.before = before
        self.streams = streams
    }
}

extension TargetEngine {
    /// Asks the copy that is running into the target to have so many streams. It does so within two seconds, and each stream that is too
    /// many ends its chunk first.
    ///
    /// - Parameter streams: From 1 to 64.
    public func ask(for streams: Int) async throws(FerryError) -> StreamsAsked {
        try await WorkerThread.run { () throws(FerryError) in
            var session = JobSession(target, workers: workers)
            return try session.run { session throws(FerryError) in
                let nothing = StreamsAsked(job: nil, streams: streams)
                guard try Ledger().exists(session), let holder = try LockHolding.read(session),
                    let job = try Ledger().newestJob(session), job.state == .loading,
                    let run = try Ledger().runs(of: job.number, session).last, run.endedAt == nil,
                    holder.isOf(processOfAge: run.seconds),
                    try Ledger().ask(for: streams, of: job.number, session)
                else { return nothing }
                return StreamsAsked(
                    job: job.number, host: run.host, process: run.process, before: run.streams, streams: streams)
            }
        }
    }
}
