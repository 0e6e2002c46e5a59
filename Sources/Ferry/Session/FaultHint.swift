internal import Postgres

/// What the operator does about a fault, by SQLSTATE and kind.
enum FaultHint {
    /// A whole sentence or two, in words of vecferry's options; else the server's own hint, where it gave one.
    static func hint(for error: PostgresError, on side: Side) -> String? {
        // pgvector's hnswutils.c.
        if error.sqlState == "54000", error.message.contains("non-zero elements for hnsw") {
            return
                "Give the table an index of the same name that leaves such rows out (CREATE INDEX \u{2026} WHERE \u{2026}), "
                + "and run the same command again: it goes on with yours."
        }
        if let state = error.sqlState, let hint = bySQLState(state, side) { return hint }
        return switch error.code {
        case .invalidParameters:
            "Give --\(side) a URI (postgresql://user@host:5432/database) or a conninfo string (host=… dbname=…)."
        case .unknownHost:
            "Check the host name in --\(side); a restored cluster has a new one."
        case .notPostgreSQL:
            "Something else listens there: check the port in --\(side)."
        case .tlsFailed:
            "Check sslmode and sslrootcert in --\(side); for RDS and Aurora, sslrootcert is Amazon's global bundle."
        case .connectFailed:
            "Check host and port in --\(side), that the server runs, and that its security group lets this machine in."
        case .connectionLost:
            "The connection to the \(side) broke; run the same command again to go on where it was."
        case .stalled:
            "The \(side) stopped answering; run the same command again to go on where it was."
        default: error.hint
        }
    }

    private static func bySQLState(_ state: String, _ side: Side) -> String? {
        switch state {
        case "28P01":
            return "Check user and password of the \(side); a restored cluster has the password of the snapshot's time."
        case "28000":
            return "The \(side)'s pg_hba.conf or IAM settings do not let this user in; some want sslmode=require."
        case "3D000": return "Check the database name in --\(side)."
        case "42501":
            return "Grant the role what it lacks: sql/grants/\(side).sql holds the smallest grants."
        case "53100": return "Free or add disk space on the \(side), then run the same command again."
        case "53300": return "Lower --jobs, or raise max_connections on the \(side)."
        case "22021" where side == .source:
            return
                "The source holds bytes that are no UTF-8 text, as a SQL_ASCII database may: mend those rows, or leave "
                + "the table out with --exclude-table."
        case "22021", "22P05":
            return "The target's database encoding can't hold this text: create it with encoding UTF8."
        case "23505":
            return "The target already holds such a row; look at --existing, or run vecferry verify."
        case "23502", "23503", "23514", "23P01":
            return
                "A row of the source breaks a constraint of the target: drop it there or mend the row, then run the same "
                + "command again."
        case "25006":
            return "The \(side) takes no writes: connect to the writer, and check default_transaction_read_only."
        case "55P03", "40P01":
            return "Another session holds locks on the \(side): see pg_locks there, then run the same command again."
        case "57014": return "Somebody cancelled the statement on the \(side); run the same command again to go on."
        case "57P01", "57P02", "57P03":
            return "The \(side) was shut down or is starting; run the same command again to go on where it was."
        case "XX001", "XX002":
            return "The \(side)'s files are damaged: restore it from its backup."
        case "54000": return "A row or an index tuple is larger than this server allows."
        case "40001" where side == .source: return "The source is a standby that cancels long reads; use a primary."
        default: return nil
        }
    }
}
