/// The newest job of the target's ledger, in relation to a request.
enum KnownJob {
    /// There is no ledger, or no job in it.
    case none
    /// The newest job has this request and this source.
    case same(Ledger.Job)
    /// The newest job is another one.
    case other(Ledger.Job)

    /// The job that starting over removes: the same job, or another one that is unfinished. The rows of a finished job stay,
    /// and the plan treats them like any rows.
    var restartable: Ledger.Job? {
        switch self {
        case .same(let job): job
        case .other(let job): job.state == .loading ? job : nil
        case .none: nil
        }
    }

    /// Reads the newest job. Changes nothing.
    static func find(
        _ request: CopyRequest, source: borrowing Session, target: borrowing Session
    ) throws(FerryError) -> KnownJob {
        guard try Ledger().exists(target), let job = try Ledger().newestJob(target) else { return .none }
        let isSame = try JobFingerprint(request: request).isOf(job, source)
        return isSame ? .same(job) : .other(job)
    }
}

extension Note {
    /// A remark on the job that a copy would resume, or find finished.
    static func known(_ job: Ledger.Job) -> Note {
        let isFinished = job.state == .finished
        return Note(
            level: .info, code: isFinished ? .alreadyFinished : .goesOn, side: .target, table: nil,
            message: isFinished
                ? "Job \(job.number) has carried out this plan. A copy would change nothing."
                : "Job \(job.number) began with this plan at \(job.startedAt) and is not finished. A copy resumes it.",
            hint: isFinished ? "Run vecferry copy --restart to copy again." : nil)
    }

    /// A blocker: another job is not finished.
    static func unfinished(_ job: Ledger.Job) -> Note {
        Note(
            level: .blocker, code: .otherJob, side: .target, table: nil,
            message: "An unfinished job with other options or another source began on this target at \(job.startedAt).",
            hint: "Run vecferry copy with the options that it began with to resume it, or with --restart to start over."
        )
    }
}
