/// That a copy which is running was asked to have another number of streams.
public struct StreamsAsked: Sendable, Equatable {
    /// The job; nil where no copy is running.
    public var job: JobNumber?
    /// The host of the process that works on it.
    public var host: String
    /// The id of that process there.
    public var process: Int
    /// The number of its streams until now.
    public var before: Int
    /// The number that it was asked for.
    public var streams: Int

    /// Takes the facts.
    public init(job: JobNumber?, host: String = "", process: Int = 0, before: Int = 0, streams: Int) {
        self.job = job
        self.host = host
        self.process = process
        self.before = before
        self.streams = streams
    }
}
