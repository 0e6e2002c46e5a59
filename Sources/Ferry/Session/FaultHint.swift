internal import Postgres

/// The operator's next step after a fault, by SQLSTATE and kind.
enum FaultHint {
    /// One or two sentences that name vecferry's options; else the server's own HINT, unless that is about a statement of
    /// vecferry's.
    static func hint(for error: PostgresError, on side: Side) -> String? {
        // pgvector's hnswutils.c.
        if error.sqlState == "54000", error.message.contains("non-zero elements for hnsw") {
            return
                "Create an index of the same name that leaves such rows out (CREATE INDEX \u{2026} WHERE \u{2026}), then "
                + "run the same command again: it keeps your index."
        }
        if error.sqlState == "54000", error.message.lowercased().hasPrefix("row is too big") {
            return
                "A column of storage PLAIN, which \\d+ of the table shows, keeps its values in the row. Run ALTER TABLE \u{2026} ALTER "
                + "COLUMN \u{2026} SET STORAGE EXTERNAL on the \(side), then the same command again."
        }
        if error.sqlState == "53300", let limit = connectionLimit(error.message) {
            return "Lower --jobs, or run \(limit) on the \(side)."
        }
        if let state = error.sqlState, let hint = bySQLState(state, side) { return hint }
        return switch error.code {
        case .invalidParameters:
            error.hint
                ?? "Give --\(side) a URI (postgresql://user@host:5432/database) or a conninfo string (host=… dbname=…)."
        case .noPassword:
            "Use .pgpass, PGPASSWORD or --\(side)-password-command; on AWS, --\(side)-secret or --\(side)-iam."
        case .unknownHost:
            "Check the host name in --\(side); a restored cluster has a new one."
        case .notPostgreSQL:
            "Check the port in --\(side): another service listens there."
        case .tlsFailed:
            "Check sslmode and sslrootcert in --\(side); for RDS and Aurora, sslrootcert is Amazon's global bundle."
        case .connectFailed:
            "Check host and port in --\(side), that the server is running, and that its security group admits this machine."
        case .connectionLost:
            "The connection to the \(side) was lost. Run the same command again; a copy resumes."
        case .stalled:
            "The \(side) stopped responding. Run the same command again; a copy resumes."
        default: isAboutStatement(error) ? nil : error.hint
        }
    }

    /// The statement that raises a role's or a database's own limit of connections (InitializeSessionUserId in miscinit.c,
    /// CheckMyDatabase in postinit.c).
    private static func connectionLimit(_ message: String) -> String? {
        guard let match = message.firstMatch(of: #/(?i)too many connections for (role|database) "(.+)"/#) else {
            return nil
        }
        return "ALTER \(match.1.uppercased()) \(String(match.2).sqlIdentifier) CONNECTION LIMIT -1"
    }

    /// Whether the server's HINT would have the operator change a statement that vecferry wrote, as "You might need to add
    /// explicit type casts" would: feature_not_supported, dependent_objects_still_exist and the syntax errors. A function's
    /// statements are the operator's.
    private static func isAboutStatement(_ error: PostgresError) -> Bool {
        guard error.context == nil, let state = error.sqlState else { return false }
        return ["0A", "2B", "42"].contains { state.hasPrefix($0) }
    }

    private static func bySQLState(_ state: String, _ side: Side) -> String? {
        switch state {
        case "28P01":
            return "Check user and password of the \(side); a restored cluster has the password of the snapshot's time."
        case "28000":
            return
                "Check pg_hba.conf and the IAM settings of the \(side), which reject this user; some require sslmode=require."
        case "3D000": return "Check the database name in --\(side)."
        case "42501":
            return
                "Grant the role the missing privilege; sql/grants/\(side).sql lists the smallest set. If it is a member of a role "
                + "that has it, without inheriting (NOINHERIT), add options='-c role=NAME' to --\(side)."
        case "53100": return "Free or add disk space on the \(side), then run the same command again."
        case "53300": return "Lower --jobs, or raise max_connections on the \(side)."
        case "22021" where side == .source:
            return
                "The source holds text that is not valid UTF-8, as a SQL_ASCII database may. Fix those rows, or leave the "
                + "table out with --exclude-table."
        case "22021", "22P05":
            return "The target's database encoding can't hold this text; create the database with ENCODING 'UTF8'."
        case "23505":
            return
                "Rows that this index keeps apart are equal in it: rows of the source, or one of them and one that the target "
                + "holds. Change them or drop the index, then run the same command again."
        case "23502", "23503", "23514", "23P01":
            return
                "A row of the source violates a constraint of the target. Drop the constraint there or fix the row, then "
                + "run the same command again."
        case "25006":
            return "The \(side) accepts no writes. Connect to the writer, and check default_transaction_read_only."
        case "55P03", "40P01":
            return
                "Another session holds locks on the \(side). Find it with SELECT * FROM pg_locks there, then run the same "
                + "command again."
        case "57014":
            return "Another session canceled the statement on the \(side). Run the same command again; a copy resumes."
        case "57P01", "57P02", "57P03":
            return
                "The \(side) is restarting, or another session ended this one. Run the same command again; a copy resumes."
        case "XX001", "XX002":
            return "Files of the \(side) are damaged. Restore its database from a backup."
        case "54000": return "A row or an index tuple exceeds a limit of this server."
        case "40001" where side == .source:
            return "The source is a standby that cancels long reads. Give --source the address of a primary."
        default: return nil
        }
    }
}
