internal import Postgres

/// A snapshot of one side that any session there may join.
struct Snapshot: Sendable, Equatable {
    /// The result of `pg_export_snapshot()`.
    var name: String
    /// `txid_current_snapshot()`: the same text later means that no transaction wrote meanwhile. The highest number in it
    /// alone would miss a transaction that was in progress then and has ended since.
    var visibility: String
    /// The number of the snapshot among those that its keeper took.
    var generation: Int
}

extension Snapshot {
    /// Opens a session that reads in this snapshot.
    ///
    /// - Throws: ``FerryError/Code/snapshotLost`` where the server does not know the snapshot; the caller reports that to its
    ///   keeper.
    func join(_ endpoint: Endpoint) throws(FerryError) -> Session {
        do throws(FerryError) {
            return try endpoint.connect(statements)
        } catch {
            throw Self.judged(error)
        }
    }

    /// Opens a session that reads in this snapshot, and advances another login meanwhile.
    func join(_ endpoint: Endpoint, beside other: inout Login) throws(FerryError) -> Session {
        do throws(FerryError) {
            return try endpoint.finish(try endpoint.startLogin(statements), beside: &other)
        } catch {
            throw Self.judged(error)
        }
    }

    /// Makes an open session read in this snapshot.
    func join(over session: borrowing Session) throws(FerryError) {
        do throws(FerryError) {
            try session.execute(statements, .prompt)
        } catch {
            throw Self.judged(error)
        }
    }

    private var statements: String {
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT \(name.quotedLiteral)"
    }

    private static func judged(_ error: FerryError) -> FerryError {
        // "invalid snapshot identifier", or that its process is gone (PostgreSQL, utils/time/snapmgr.c).
        guard let side = error.side, let cause = error.cause, cause.code == .server,
            ["22023", "42704", "55000"].contains(cause.sqlState)
        else { return error }
        var failure = FerryError(
            PostgresError(.connectionLost, "The snapshot is gone: \(cause.message)"), side)
        failure.code = .snapshotLost
        return failure
    }
}
