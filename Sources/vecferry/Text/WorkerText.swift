import Ferry

/// The end of `vecferry worker`.
struct WorkerText: ResultText {
    /// The result.
    let report: WorkerReport

    /// What it copied, and why it left.
    var verdict: Line {
        guard let job = report.job else {
            return "\("NOTHING", .attention): no copy offered chunks in \(Units.duration(report.seconds))."
        }
        let amount = """
            \(Units.count(report.done.rows, "row")) in \(Units.count(report.done.chunks, "chunk")), \
            \(Units.bytes(report.done.bytes))
            """
        switch report.outcome {
        case .done:
            return
                "\("Done", .good): copied \(amount), of job \(job). No more chunks are to be copied; the copy goes on by itself."
        case .abandoned, .nothing:
            return """
                \("STOPPED", .bad): copied \(amount), of job \(job), whose copy is gone. To resume it, run the same vecferry copy again.
                """
        }
    }
}

extension WorkerStatus {
    /// `worker 3 on host-b, process 4711, 2 streams`
    var place: String {
        "worker \(number) on \(host), process \(process), \(Units.count(streams, "stream"))"
    }
}
