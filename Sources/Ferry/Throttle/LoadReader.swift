internal import SQLStatements

/// Reads what a target has to do.
struct LoadReader {
    private var lag = ReplayLag()

    /// Looks once. It commits an entry of the ledger to see how long that takes.
    ///
    /// - Returns: The load, and whether the role sees what others do.
    mutating func read(_ session: borrowing Session) throws(FerryError) -> (load: TargetLoad, seesAll: Bool) {
        let start = ContinuousClock.now
        try Ledger().flush(session)
        let commit = ContinuousClock.now - start
        let row = try session.query(Statements.targetLoad, [], .prompt).only()
        let position: Int = try row.int("position")
        var behind: Duration?
        if let replayed = try row.optionalInt("replayed") {
            behind = lag.look(at: .now, position: position, replayed: replayed)
        }
        let load = TargetLoad(
            lag: behind, standby: try row.optional("standby"), commit: commit, sessions: try row.int("sessions"))
        return (load, try row.bool("sees_all"))
    }
}
