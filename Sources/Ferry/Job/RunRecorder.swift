internal import Platform

/// Records in the ledger that this process works on a job, and how that ended, for `status`.
struct RunRecorder {
    private let number: Int
    private let run: StoredRun
    private let target: Endpoint

    /// Records the beginning.
    init(
        _ job: JobNumber, streams: Int, target: Endpoint, on session: borrowing Session
    ) throws(FerryError) {
        run = StoredRun(host: JobRun.thisHost, process: Int(getpid()), streams: streams)
        self.target = target
        number = try Ledger().begin(run, of: job, session)
    }

    /// Records the end, if the target can be reached: nothing depends on it.
    func end(_ end: StoredRunEnd) {
        var run = run
        run.end = end
        let endpoint = target.interrupt.isRequested ? target.forLastWords() : target
        guard let session = try? endpoint.connect() else { return }
        try? Ledger().end(run, number: number, session)
    }
}
