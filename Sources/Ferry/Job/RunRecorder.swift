internal import Synchronization

/// Records in the ledger that this process works on a job, with how many streams, and how that ended, for `status`.
final class RunRecorder: Sendable {
    /// The number of the record.
    let number: Int
    private let run: Mutex<StoredRun>
    private let target: Endpoint
    private let timeline: TimelineRecorder

    /// Records the beginning.
    init(
        _ job: JobNumber, of engine: Engine, _ timeline: TimelineRecorder, on session: borrowing Session
    ) throws(FerryError) {
        let run = StoredRun(
            host: JobRun.thisHost, process: JobRun.thisProcess, streams: engine.workers.streams,
            command: engine.commandLine)
        self.run = Mutex(run)
        target = engine.target
        self.timeline = timeline
        number = try Ledger().begin(run, of: job, session)
    }

    /// Records that it has another number of streams.
    func changed(streams: Int, over session: borrowing Session) throws(FerryError) {
        let run = run.withLock { run in
            run.streams = streams
            return run
        }
        try Ledger().update(run, number: number, session)
    }

    /// Records the end, if the target can be reached: nothing depends on it.
    func end(_ end: StoredRunEnd, over jobSession: inout JobSession) {
        var run = run.withLock(\.self)
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
