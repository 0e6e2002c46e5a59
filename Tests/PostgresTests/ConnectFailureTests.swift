import Testing

@testable import Postgres

/// Failures to connect: what libpq reports, and whether another try may help.
@Suite struct ConnectFailureTests {
    private static let prefix = "connection to server at \"db.example.com\" (10.0.0.1), port 5432 failed: "

    @Test(arguments: [
        prefix + "Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?\n",
        prefix + "SSL SYSCALL error: Connection reset by peer\n", prefix + "SSL SYSCALL error: EOF detected\n",
        prefix + "server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n",
        prefix + "timeout expired\n",
        "could not translate host name \"db.example.com\" to address: Temporary failure in name resolution\n",
        prefix + "FATAL:  57P03: the database system is starting up\nLOCATION:  f, postmaster.c:2380\n",
        prefix + "FATAL:  53300: sorry, too many clients already\n",
    ])
    func `a line, a resolver or a server that may come back is tried again`(message: String) {
        let error = ConnectFailure.error(message: message)
        #expect(error.code == .connectFailed)
        #expect(error.isRetryable)
    }

    @Test(
        arguments: [
            (
                "could not translate host name \"db.example.com\" to address: Name or service not known\n",
                .unknownHost
            ),
            (prefix + "SSL error: certificate verify failed\n", .tlsFailed),
            (prefix + "server does not support SSL, but SSL was required\n", .tlsFailed),
            ("root certificate file \"/nowhere\" does not exist\n", .tlsFailed),
            (prefix + "received invalid response to SSL negotiation: H\n", .notPostgreSQL),
            (prefix + "expected authentication request from server, but received H\n", .notPostgreSQL),
            (prefix + "fe_sendauth: no password supplied\n", .noPassword),
            (prefix + "FATAL:  28P01: password authentication failed for user \"postgres\"\n", .connectFailed),
            (prefix + "FATALE:  28P01: autenticazione con password fallita per l'utente \"p\"\n", .connectFailed),
            (prefix + "?????:  28P01: ???????????? ?? ?????? ????????????\n", .connectFailed),
        ] as [(String, PostgresError.Code)])
    func `what another try can't fix is not tried again`(message: String, code: PostgresError.Code) {
        let error = ConnectFailure.error(message: message)
        #expect(error.code == code)
        #expect(!error.isRetryable)
    }

    @Test func `what failed with TLS and failed the same without is said once`() {
        let line = Self.prefix + "FATAL:  28P01: password authentication failed for user \"postgres\"\n"
        let location = "LOCATION:  auth_failed, auth.c:326\n"
        let error = ConnectFailure.error(message: line + location + line + location)
        #expect(error.message == ConnectFailure.error(message: line).message)
        #expect(error.sqlState == "28P01")
    }
}
