import Ferry

/// Where a report went.
enum ReportDelivery: Sendable {
    /// To standard output, in this form.
    case shown(ReportForm)
    /// To a file.
    case written(String)
}

/// That a report was written.
struct ReportText: ResultText {
    /// What it is about.
    let history: JobHistory
    /// The file that it is in; nil where it went to standard output.
    let file: String?

    var verdict: Line {
        let job = "The report of job \(history.job.summary.number)"
        return file.map { "\(job) is in \($0, .name)." } ?? "\(job) is complete."
    }
}

/// That there is nothing to report.
struct NoReportText: ResultText {
    /// The job that was asked for; nil for the last one.
    let job: JobNumber?

    var verdict: Line {
        job.map { "\("NOTHING", .attention): the target's ledger has no job \($0). vecferry status lists its jobs." }
            ?? "\("NOTHING", .attention): the target holds no copy by vecferry."
    }
}
