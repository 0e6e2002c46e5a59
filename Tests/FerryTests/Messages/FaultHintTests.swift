import Postgres
import Testing

@testable import Ferry

/// What the operator reads of a fault.
@Suite struct FaultHintTests {
    private static let kinds: [(PostgresError.Code, String)] = [
        (
            .invalidParameters,
            "The connection string can't be parsed: missing \"=\" after \"…\" in connection info string."
        ),
        (.noPassword, "No password was given."),
        (.unknownHost, "Could not translate host name \"db\" to address: Name or service not known."),
        (.connectFailed, "Connection to server at \"10.0.0.7\", port 5432 failed: Connection refused."),
        (.notPostgreSQL, "Received invalid response to SSL negotiation: H."),
        (.tlsFailed, "SSL error: certificate verify failed."),
        (.connectionLost, "Server closed the connection unexpectedly."),
        (.stalled, "No data moved on the connection for 120 seconds."),
        (.unexpectedResult, "The server did not start the COPY."),
        (.interrupted, "Interrupted."),
    ]

    private static let states: [(String, String)] = [
        ("22021", "Invalid byte sequence for encoding \"UTF8\": 0xe9 0x20 0x6c."),
        (
            "22P05",
            "Character with byte sequence 0xe2 0x82 0xac in encoding \"UTF8\" has no equivalent in encoding \"LATIN1\"."
        ),
        ("23502", "Null value in column \"body\" of relation \"items\" violates not-null constraint."),
        ("23503", "Insert or update on table \"items\" violates foreign key constraint \"items_bot_fkey\"."),
        ("23505", "Duplicate key value violates unique constraint \"items_pkey\"."),
        ("23514", "New row for relation \"items\" violates check constraint \"items_body_check\"."),
        ("23P01", "Conflicting key value violates exclusion constraint \"items_during_excl\"."),
        ("25006", "Cannot execute INSERT in a read-only transaction."),
        ("28000", "No pg_hba.conf entry for host \"10.0.0.9\", user \"app\", database \"postgres\", no encryption."),
        ("28P01", "Password authentication failed for user \"app\"."),
        ("3D000", "Database \"bedrock\" does not exist."),
        ("40001", "Canceling statement due to conflict with recovery."),
        ("40P01", "Deadlock detected."),
        ("42501", "Permission denied for table items."),
        ("53100", "Could not extend file \"base/5/16390\": No space left on device."),
        ("53300", "Sorry, too many clients already."),
        ("53300", "Too many connections for role \"App\"."),
        ("53300", "Too many connections for database \"bedrock\"."),
        ("54000", "Index row size 2736 exceeds btree version 4 maximum 2704 for index \"items_body\"."),
        ("54000", "Row is too big: size 8240, maximum size 8160."),
        ("55P03", "Canceling statement due to lock timeout."),
        ("57014", "Canceling statement due to user request."),
        ("57P01", "Terminating connection due to administrator command."),
        ("57P02", "Terminating connection because of crash of another server process."),
        ("57P03", "The database system is starting up."),
        ("XX001", "Invalid page in block 17 of relation base/5/16390."),
        ("XX002", "Table tid from new index tuple (3,4) cannot find insert offset."),
    ]

    @Test func `each fault with its hint, as it is shown`() throws {
        var errors: [FerryError] = []
        for side in Side.allCases {
            errors += Self.kinds.map { FerryError(PostgresError($0, $1), side) }
            errors += Self.states.map { FerryError(PostgresError(.server, $1, sqlState: $0), side) }
        }
        errors.append(
            FerryError(
                PostgresError(
                    .server, "Sparsevec cannot have more than 1000 non-zero elements for hnsw index.", sqlState: "54000"
                ),
                .target))
        try MessageGolden.expect(errors.map { "\($0)" }, "faults")
    }

    @Test func `a fault that is retried is told without what to do once it was given up`() {
        func text(_ code: PostgresError.Code, _ message: String, _ state: String?) -> String {
            FerryError(PostgresError(code, message, sqlState: state), .target).descriptionOfRetry
        }
        #expect(text(.connectionLost, "Server closed the connection.", nil) == "target: Server closed the connection.")
        #expect(
            text(.server, "The database system is starting up.", "57P03")
                == "target: The database system is starting up. (SQLSTATE 57P03)")
        #expect(text(.server, "Sorry, too many clients already.", "53300").contains("Lower --jobs"))
        #expect(text(.connectFailed, "Connection refused.", nil).contains("Check host and port"))
    }

    @Test func `the server's hint is kept where a definition is refused`() {
        let cause = PostgresError(
            .server, "Default for column \"m\" cannot be cast.", hint: "Use a USING clause.", sqlState: "42804")
        #expect(FerryError(cause, .target).hint == nil)
        #expect(FerryError(cause, .target).ofDefinition.hint == "Use a USING clause.")
    }

    @Test func `the server's hint is shown where the operator can follow it`() throws {
        let table = QualifiedName(schema: "public", name: "items")
        func error(_ state: String, _ message: String, _ hint: String, _ context: String? = nil) -> FerryError {
            FerryError(
                PostgresError(.server, message, hint: hint, context: context, sqlState: state), .target, table: table)
        }
        let casts = "No function matches the given name and argument types. You might need to add explicit type casts."
        let function = "PL/pgSQL function public.note() line 3 at RAISE"
        let errors = [
            // Statements of vecferry's own.
            error("42883", "Function digest(text) does not exist.", casts),
            error("2BP01", "Cannot drop table items.", "Use DROP ... CASCADE to drop the dependent objects too."),
            error(
                "0A000", "Cannot truncate a table referenced in a foreign key constraint.",
                "Truncate it at the same time."),
            // A function's statements, and the server itself.
            error("42883", "Function digest(text) does not exist.", casts, function),
            error("P0001", "Tenant 7 is closed.", "Open the tenant first.", function),
            error("53200", "Out of shared memory.", "You might need to increase \"max_locks_per_transaction\"."),
        ]
        #expect(errors.map { $0.hint != nil } == [false, false, false, true, true, true])
        try MessageGolden.expect(errors.map { "\($0)" }, "server-hints")
    }
}
