/// How long ago the log was where a standby is now, from looks at both. The server's own `replay_lag` is NULL or old where a standby does not
/// advance.
struct ReplayLag {
    private var looks: [(at: ContinuousClock.Instant, position: Int)] = []
    /// Looks are kept for so long: a standby that is further behind counts as this far behind.
    static let memory = Duration.seconds(3600)

    /// Takes a look, and returns by how much the standby is behind.
    ///
    /// - Parameters:
    ///   - position: How far the log is, in bytes.
    ///   - replayed: How far the standby is.
    mutating func look(at now: ContinuousClock.Instant, position: Int, replayed: Int) -> Duration {
        looks.append((now, position))
        // Of those that the standby has reached, none is needed again.
        looks.removeAll { $0.position <= replayed || now - $0.at > Self.memory }
        return looks.first.map { now - $0.at } ?? .zero
    }
}
