extension Engine {
    /// Returns the number of streams that copy. Each waits for the target twice a chunk, once to count its rows and
    /// once to commit them and begin the next, while others can use the network.
    ///
    /// - Parameter chunks: How many there are to copy.
    func streams(for chunks: Int, of plan: Plan, _ session: inout JobSession) throws(FerryError) -> Int {
        let usual = workers.streams
        guard chunks > usual, streamsOverLongLine != usual else { return usual }
        let roundTrip = try session.run { session throws(FerryError) in try session.roundTrip() }
        // Between the zones of a region a round trip takes 1 to 2 ms; what two streams lose is not worth more sessions.
        guard roundTrip >= .milliseconds(5) else { return usual }
        // Other clients need sessions too.
        let most = min(plan.source.maxConnections, plan.target.maxConnections) / 4
        return max(usual, min(streamsOverLongLine, most))
    }
}
