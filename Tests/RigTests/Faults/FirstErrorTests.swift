import Postgres
import RigSupport
import Testing

/// The first error is reported, even if the connection breaks while the rest of the answer is read.
@Suite struct FirstErrorTests {
    private enum Reader: CaseIterable {
        case results, firstResults, copy
    }

    @Test(arguments: Reader.allCases)
    private func `a session that is ended says why, not that its line broke`(_ reader: Reader) async throws {
        try await Rig.withDatabases { databases in
            let connection = try databases.target.connect()
            let pid = try connection.query("SELECT pg_backend_pid() AS pid")[0].string("pid")
            try connection.send("BEGIN; SELECT pg_sleep(60); COMMIT; COPY (SELECT 1) TO STDOUT", limit: nil)
            try databases.target.run("SELECT pg_terminate_backend(\(pid), 5000)")
            let error = #expect(throws: PostgresError.self) {
                switch reader {
                case .results: try connection.awaitResults(limit: nil)
                case .firstResults: try connection.awaitFirstResults(3, limit: nil)
                case .copy: try connection.awaitCopy(.out, limit: nil)
                }
            }
            #expect(error?.sqlState == "57P01")
            #expect(error?.isConnectionGone == true)
        }
    }

    @Test(arguments: Reader.allCases)
    private func `after an error the session takes statements again`(_ reader: Reader) async throws {
        try await Rig.withDatabases { databases in
            let connection = try databases.target.connect()
            try connection.send("SELECT 1; SELECT 1 / 0; SELECT 2; COPY (SELECT 1) TO STDOUT", limit: nil)
            let error = #expect(throws: PostgresError.self) {
                switch reader {
                case .results: try connection.awaitResults(limit: nil)
                case .firstResults: try connection.awaitFirstResults(3, limit: nil)
                case .copy: try connection.awaitCopy(.out, limit: nil)
                }
            }
            #expect(error?.sqlState == "22012")
            #expect(error?.isConnectionGone == false)
            #expect(try connection.query("SELECT 3 AS n")[0].string("n") == "3")
        }
    }
}
