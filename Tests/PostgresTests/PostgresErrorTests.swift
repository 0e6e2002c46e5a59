import Testing

@testable import Postgres

@Suite struct PostgresErrorTests {
    @Test func `a text is cut at the beginning of a character`() {
        #expect(ServerText.cut("short é") == "short é")
        for padding in 0..<4 {
            let text = String(repeating: "a", count: padding) + String(repeating: "\u{1f600}", count: 2_000)
            let cut = ServerText.cut(text)
            #expect(cut.hasSuffix("\u{1f600}\u{2026}") && cut.utf8.count <= ServerText.most + 3)
            #expect(text.hasPrefix(cut.dropLast()))
        }
        #expect(ServerText.cut(String(repeating: "a", count: 4_096)) == String(repeating: "a", count: 4_096))
    }

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

    @Test func `an error's context names functions, and shows no statement or value`() {
        let context = """
            PL/pgSQL function audit.check_row(text) line 3 at RAISE
            SQL statement "INSERT INTO audit.log VALUES ('precious')"
            PL/pgSQL assignment "note := 'precious'"
            SQL function "fill" statement 1
            PL/Python function "embed"
            fonction PL/pgSQL app.f(), ligne 2 à RAISE
            affectation PL/pgSQL « note := 'precious' »
            COPY items, line 1, column body: "precious"
            unnamed portal with parameters: $1 = 'precious'
            """
        let error = PostgresError.server(
            code: .server, sqlState: "P0001", message: "no", detail: nil, hint: nil, context: context)
        #expect(
            error.context == """
                PL/pgSQL function audit.check_row(text) line 3 at RAISE; SQL function "fill" statement 1; \
                PL/Python function "embed"; fonction PL/pgSQL app.f(), ligne 2 à RAISE
                """)
        #expect("\(error)".hasPrefix("No. (SQLSTATE P0001) CONTEXT: PL/pgSQL function audit.check_row(text) line 3"))
        let plain = PostgresError.server(
            code: .server, sqlState: "22P02", message: "no", detail: nil, hint: nil,
            context: "COPY items, line 1, column body: \"precious\"")
        #expect(plain.context == nil)
    }

    @Test func `an error of several lines is shown as one`() {
        let error = PostgresError.server(
            code: .server, sqlState: "P0001", message: "tenant is closed\n  since May\r\n", detail: "line 1\nline 2",
            hint: "a\nb",
            constraint: "c")
        #expect("\(error)" == "Tenant is closed   since May. (SQLSTATE P0001) Line 1 line 2. A b.")
        #expect(error.constraint == "c")
    }

    @Test func `the error of a definition is shown whole, since no row is in it`() {
        func error(holdsNoRows: Bool) -> PostgresError {
            PostgresError.server(
                code: .server, sqlState: "22P02", message: "malformed array literal: \"{1\"",
                detail: "Unexpected end of input.", hint: nil, holdsNoRows: holdsNoRows)
        }
        #expect("\(error(holdsNoRows: false))" == "Malformed array literal. (SQLSTATE 22P02)")
        #expect(
            "\(error(holdsNoRows: true))"
                == "Malformed array literal: \"{1\". (SQLSTATE 22P02) Unexpected end of input.")
    }

    @Test func `other parts of an error are kept`() {
        let error = PostgresError.server(
            code: .server, sqlState: "42501", message: "permission denied for table \"t\"", detail: "Its owner is o",
            hint: nil)
        #expect("\(error)" == "Permission denied for table \"t\". (SQLSTATE 42501) Its owner is o.")
    }
}
