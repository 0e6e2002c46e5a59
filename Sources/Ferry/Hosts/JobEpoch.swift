internal import Postgres

/// The time for which one process coordinates a job that workers share, as the ledger names it.
struct JobEpoch: Sendable {
    /// The version of the tables of `sql/hosts/tables.sql` and of how they are used. Workers of another one don't join.
    static let format = 1

    /// The job.
    var job: JobNumber
    /// The number among the job's epochs, from 1.
    var number: Int
    /// Shows the source's server.
    var source: Beacon
    /// Shows the target's server, and that the coordinator lives.
    var target: Beacon
    /// How long a worker keeps its claims after its last heartbeat.
    var lease: Duration
}

extension JobEpoch {
    /// The interval between heartbeats: several fit into a lease.
    var interval: Duration { min(.seconds(2), lease / 6) }

    /// Refuses a session on another server than the coordinator's.
    ///
    /// - Throws: ``FerryError/Code/blocked``, which is worth another try: the coordinator may have lost its session just now.
    func require(_ session: borrowing Session) throws(FerryError) {
        let side = session.side
        guard try !(side == .source ? source : target).isHeld(in: session) else { return }
        let verb = side == .source ? "reads" : "writes to"
        var error = FerryError(
            PostgresError(
                .connectionLost,
                "\(session.endpoint) is not the server that the coordinator \(verb), or the coordinator has lost it."),
            side)
        error.code = .blocked
        error.hint =
            "Give --\(side) the address of the server itself, such as the cluster's writer endpoint: no reader endpoint, and no pooler over "
            + "several servers."
        throw error
    }
}
