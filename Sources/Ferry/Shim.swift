internal import Postgres

extension Engine {
    var workers: Workers { Workers(streams: jobs, retry: retry, interrupt: interrupt, events: events) }
    var streamsOverLongLine: Int { jobsOverLongLine }
}

extension BothSides {
    var workers: Workers {
        Workers(streams: jobs, retry: retry, interrupt: source.endpoint.interrupt, events: events)
    }
}
