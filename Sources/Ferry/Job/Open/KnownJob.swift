/// The newest job of the target's ledger, in relation to a request.
enum KnownJob {
    /// There is no ledger, or no job in it.
    case none
    /// The newest job has this request and this source.
    case same(Ledger.Job)
    /// The newest job is another one; what differs, in an operator's words.
    case other(Ledger.Job, differs: [String])

    /// The job that starting over removes: the same job, or another one that is unfinished. The rows of a finished job stay,
    /// and the plan treats them like any rows.
    var restartable: Ledger.Job? {
        switch self {
        case .same(let job): job
        case .other(let job, _): job.state == .loading ? job : nil
        case .none: nil
        }
    }

    /// Reads the newest job. Changes nothing.
    static func find(
        _ request: CopyRequest, source: borrowing Session, target: borrowing Session
    ) throws(FerryError) -> KnownJob {
        guard try Ledger().exists(target), let job = try Ledger().newestJob(target) else { return .none }
        let fingerprint = JobFingerprint(request: request)
        if try fingerprint.isOf(job, source) { return .same(job) }
        return .other(job, differs: fingerprint.differences(from: job.plan, try CatalogReader().readServer(source)))
    }
}

extension Plan {
    /// Where the plan has blockers, says which finished job with other options brought rows of its tables.
    mutating func addFinished(_ job: Ledger.Job, _ differs: [String]) {
        let tables = Set(job.plan.pairs.map(\.name))
        guard !isReady, job.state == .finished, pairs.contains(where: { tables.contains($0.name) }) else { return }
        notes.append(.finished(job, differs))
    }
}

extension Note {
    /// A remark on the job that a copy would resume, or find finished.
    ///
    /// - Parameter entries: The entries of the chunks of one that is not finished.
    static func known(_ job: Ledger.Job, _ entries: [ChunkEntry] = []) -> Note {
        let isFinished = job.state == .finished
        let done = Count.of(entries.count - entries.open.count)
        return Note(
            level: .info, code: isFinished ? .alreadyFinished : .goesOn, side: .target, table: nil,
            message: isFinished
                ? "Job \(job.number) has carried out this plan. A copy would change nothing."
                : "Job \(job.number) began with this plan at \(job.startedAt) and is not finished: \(done) of "
                    + "\(Count.of(entries.count, "chunk")) are on the target. A copy resumes it.",
            hint: isFinished ? "Run vecferry copy --restart to copy again." : nil)
    }

    /// A remark: a finished job with other options has copied tables that a plan can't fill.
    static func finished(_ job: Ledger.Job, _ differs: [String]) -> Note {
        let what = differs.isEmpty ? "with other options" : differs.joined(separator: ", ")
        let when = job.finishedAt.map { " at \($0)" } ?? ""
        return Note(
            level: .info, code: .otherFinished, side: .target, table: nil,
            message: "Job \(job.number), which finished\(when), has copied these tables, \(what).",
            hint:
                "To show its result, run vecferry copy with the source and options that it began with. To compare both sides, run vecferry verify."
        )
    }

    /// A blocker: another job is not finished.
    static func unfinished(_ job: Ledger.Job, _ differs: [String]) -> Note {
        let what = differs.isEmpty ? "with other options" : differs.joined(separator: ", ")
        return Note(
            level: .blocker, code: .otherJob, side: .target, table: nil,
            message: "Job \(job.number), which is not finished, began on this target at \(job.startedAt), \(what).",
            hint:
                "Run vecferry copy with the source and options that it began with to resume it, or with --restart to start over."
        )
    }
}
