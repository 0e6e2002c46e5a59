/// Records in the ledger that this process works on a job, and how that ended, for `status`.
struct RunRecorder {
    private let number: Int
    private let run: StoredRun
    private let target: Endpoint
    private let timeline: TimelineRecorder

    /// Records the beginning.
    init(
        _ job: JobNumber, of engine: Engine, _ timeline: TimelineRecorder, on session: borrowing Session
    ) throws(FerryError) {
        run = StoredRun(
            host: JobRun.thisHost, process: JobRun.thisProcess, streams: engine.workers.streams,
            command: engine.commandLine)
        target = engine.target
        self.timeline = timeline
        number = try Ledger().begin(run, of: job, session)
    }

    /// Records the end, if the target can be reached: nothing depends on it.
    func end(_ end: StoredRunEnd, over jobSession: inout JobSession) {
        var run = run
        run.end = end
        run.timeline = StoredTimeline(timeline.timeline)
        let isRecorded = jobSession.attempt { session throws(FerryError) in
            try Ledger().end(run, number: number, session)
        }
        if isRecorded { return }
        // After a signal, only a session of its own may still be used.
        let endpoint = target.interrupt.isRequested ? target.forLastWords() : target
        guard let session = try? endpoint.connect() else { return }
        try? Ledger().end(run, number: number, session)
    }
}
