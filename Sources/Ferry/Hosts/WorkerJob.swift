internal import Postgres

/// One worker: joins the job that a copy on another host offers, and copies chunks of it until all are copied.
struct WorkerJob {
    /// The endpoints and the workers.
    let engine: Engine
    /// The options.
    let request: WorkerRequest

    private var workers: Workers { engine.workers }

    /// How often an idle worker asks for a job.
    private static let interval = Duration.milliseconds(500)

    /// Works for one coordinator after the other, until a job's rows are copied or none is offered for too long.
    func run() throws(FerryError) -> WorkerReport {
        let start = ContinuousClock.now
        var report = WorkerReport(outcome: .nothing, job: nil, done: WorkerDone(), seconds: 0)
        var session = JobSession(engine.target, workers: workers)
        try session.run { session throws(FerryError) in
            try PoolerProbe(endpoint: engine.target).requireSessions(session)
        }
        var idle = ContinuousClock.now
        while ContinuousClock.now - idle < request.patience {
            let found = try session.run { session throws(FerryError) in try offer(session) }
            if found == nil, let job = report.job,
                let state = try session.run({ session throws(FerryError) in
                    try Ledger().state(of: job, session)
                }), state != .loading
            {
                report.outcome = state == .finished ? .done : .abandoned
                break
            }
            if let offer = found {
                report.job = offer.epoch.job
                let streams = try engine.streams(for: offer.job.plan.chunks.count, of: offer.job.plan, &session)
                report.outcome = try work(on: offer, streams, &report.done)
                if report.outcome == .done { break }
                idle = .now
            }
            try RetryPolicy.sleep(Self.interval, workers.interrupt)
        }
        report.seconds = (ContinuousClock.now - start) / .seconds(1)
        return report
    }

    /// A job that can be joined.
    private struct Offer {
        var job: Ledger.Job
        var epoch: JobEpoch
        var snapshot: Snapshot
    }

    /// - Returns: nil where no job is offered, or its coordinator is gone.
    private func offer(_ session: borrowing Session) throws(FerryError) -> Offer? {
        guard let (epoch, snapshot) = try Ledger().openEpoch(session), try epoch.target.isHeld(in: session),
            let job = try Ledger().job(epoch.job, session)
        else { return nil }
        return Offer(job: job, epoch: epoch, snapshot: snapshot)
    }

    /// Copies chunks of an epoch until it ends.
    private func work(
        on offer: Offer, _ streams: Int, _ done: inout WorkerDone
    ) throws(FerryError) -> WorkerReport.Outcome {
        try workers.retrying { () throws(FerryError) in try offer.epoch.require(try engine.source.connect()) }
        var plan = offer.job.plan
        // They concern the operator of the copy.
        plan.notes = []
        workers.events(.planned(plan))
        let membership = try workers.retrying { () throws(FerryError) in
            try Membership(
                offer.job, offer.epoch, streams: streams, in: offer.snapshot, from: engine,
                on: try engine.target.connect())
        }
        let flow = ClaimFlow(workers: workers) { membership.hasEnded }
        let pool = WorkPool(source: flow, workers: workers)
        let (source, target, job, events) = (engine.source, engine.target, offer.job, workers.events)
        workers.events(.began(.copy))
        WorkerThread.runAll(2) { number in
            if number == 0 {
                pool.run(streams) {
                    WorkerStream(
                        StreamLine(
                            job, from: source, to: target, in: membership, claims: membership.claims,
                            events: events), flow)
                }
                membership.close()
            } else {
                membership.run(for: flow)
            }
        }
        workers.events(.ended(.copy))
        done += flow.done
        if workers.interrupt.isRequested { throw .interrupted }
        if let error = flow.sign.error, !membership.hasEnded { throw error }
        return membership.isCopied ? .done : .abandoned
    }
}
