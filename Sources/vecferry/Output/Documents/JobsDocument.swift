import Ferry

/// The JSON of `jobs`.
struct JobsDocument: Encodable {
    /// The job, and the process that works on it; null where no copy is running.
    let job: Int?
    let host: String?
    let process: Int?
    /// The number of its streams until now.
    let before: Int?
    /// The number that it was asked for.
    let streams: Int

    init(_ asked: StreamsAsked) {
        job = asked.job?.value
        streams = asked.streams
        (host, process, before) = job == nil ? (nil, nil, nil) : (asked.host, asked.process, asked.before)
    }
}
