import Ferry

/// The JSON of `worker`.
struct WorkerDocument: Encodable {
    /// The job; null where it joined none.
    let job: Int?
    let chunks: Int
    let rows: Int
    /// Bytes of COPY data.
    let bytes: Int
    let seconds: Double

    init(_ report: WorkerReport) {
        job = report.job?.value
        (chunks, rows, bytes) = (report.done.chunks, report.done.rows, report.done.bytes)
        seconds = report.seconds
    }
}
