import Ferry

/// The end of `vecferry jobs`.
struct JobsText: ResultText {
    /// The result.
    let asked: StreamsAsked

    /// Which copy was asked.
    var verdict: Line {
        guard let job = asked.job else { return "\("NOTHING", .attention): no copy is running into this target." }
        return """
            \("Asked", .good): the copy of job \(job), process \(asked.process) on \(asked.host), for \
            \(Units.count(asked.streams, "stream")); until now it has \(asked.before).
            """
    }
}
