import Testing

@testable import Postgres

@Suite struct PostgresErrorTests {
    @Test(
        arguments: [
            ("22P02", "invalid input syntax for type integer: \"precious\"", "Array value must start with precious."),
            ("22007", "invalid input syntax for type date: \"precious\"", nil),
            ("22021", "invalid byte sequence for encoding", "precious"),
            ("23505", "duplicate key value violates unique constraint \"k\"", "Key (id)=(precious) already exists."),
            ("23514", "new row violates check constraint \"c\"", "Failing row contains (1, precious)."),
        ] as [(String, String, String?)])
    func `a server's error is shown without the value that it quotes`(
        sqlState: String, message: String, detail: String?
    ) {
        let error = PostgresError.server(
            code: .server, sqlState: sqlState, message: message, detail: detail, hint: nil)
        #expect(!"\(error)".contains("precious"))
        #expect("\(error)".contains(sqlState))
        #expect(error.message.lowercased().hasPrefix(message.prefix(20)))
    }

    @Test func `other parts of an error are kept`() {
        let error = PostgresError.server(
            code: .server, sqlState: "42501", message: "permission denied for table \"t\"", detail: "Its owner is o",
            hint: nil)
        #expect("\(error)" == "Permission denied for table \"t\". (SQLSTATE 42501) Its owner is o.")
    }
}
