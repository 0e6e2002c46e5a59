import Postgres
import RigSupport
import Testing

@testable import Ferry

/// Sessions: their settings, and their effect on others.
@Suite struct SessionTests {
    @Test func `a zero byte is refused before anything is sent, and the session can still be used`() async throws {
        try await Rig.withDatabases { databases in
            let session = try databases.engine().target.connect()
            let statement = "SELECT 1; \("a\0b".quotedLiteral)"
            func refused(_ body: () throws -> Void) {
                let error = #expect(throws: FerryError.self) { try body() }
                #expect(error?.cause?.code == .invalidParameters)
            }
            refused { try session.execute(statement) }
            refused { try session.query(statement) }
            refused { try session.query("SELECT $1", ["a\0b"]) }
            refused { try session.request("COPY (\(statement)) TO STDOUT") }
            #expect(try session.query("SELECT 3 AS n").only().string("n") == "3")
        }
    }

    @Test func `a backend is ended only where it is the one that was meant, and vecferry's`() async throws {
        try await Rig.withDatabases { databases in
            let endpoint = try databases.engine().target
            let session = try endpoint.connect()
            func isAlive(_ backend: Backend) throws -> Bool {
                let pid = try #require(backend.pid)
                return !eventually(within: 1) {
                    (try? databases.target.value("SELECT count(*) FROM pg_stat_activity WHERE pid = \(pid)")) == "0"
                }
            }
            let other = try databases.target.connect()
            try session.end(Backend(pid: other.reportedBackendPID, start: nil))
            #expect(try isAlive(Backend(pid: other.reportedBackendPID, start: nil)), "another program's")

            let lost = try endpoint.connect()
            #expect(lost.backend.pid == lost.reportedBackendPID && lost.backend.start != nil)
            try session.end(.unknown)
            try session.end(Backend(pid: lost.backend.pid, start: "2001-01-01 00:00:00+00"))
            #expect(try isAlive(lost.backend), "an earlier process of the same number was meant")
            try session.end(lost.backend)
            #expect(try !isAlive(lost.backend))
            #expect(try other.query("SELECT 3 AS n")[0].string("n") == "3")
        }
    }

    @Test func `an error that rose in a function names the function, and no value`() async throws {
        let setup = """
            CREATE FUNCTION parse(body text) RETURNS boolean LANGUAGE plpgsql AS
                $$BEGIN EXECUTE format('SELECT %L::int', body); RETURN true; END$$;
            CREATE TABLE t (body text CHECK (parse(body)))
            """
        try await Rig.withDatabases(setup: setup) { databases in
            let session = try databases.engine().target.connect()
            let error = try #require(throws: FerryError.self) {
                try session.startCopy("COPY public.t FROM STDIN", .in)
                try session.putCopyData(Array("precious\n".utf8).span.bytes)
                _ = try session.endCopyIn()
            }
            #expect(error.cause?.context?.hasSuffix("parse(text) line 1 at EXECUTE") == true, "\(error)")
            #expect("\(error)".contains("CONTEXT: PL/pgSQL function") && !"\(error)".contains("precious"), "\(error)")
        }
    }

    @Test func `a transaction that fails is rolled back, and names who holds the lock`() async throws {
        try await Rig.withDatabases(setup: "CREATE TABLE t (id int)") { databases in
            let session = try databases.engine().target.connect()
            let holder = try databases.target.connect()
            try holder.execute("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
            let error = #expect(throws: FerryError.self) {
                try session.transaction(lockWait: .milliseconds(100), locking: "public.t") { () throws(FerryError) in
                    try session.execute("CREATE TABLE public.made ()")
                    try session.execute("INSERT INTO public.t VALUES (1)")
                }
            }
            #expect(error?.cause?.sqlState == "55P03")
            #expect(error?.hint?.contains("Process \(holder.reportedBackendPID) ") == true, "\(error?.hint ?? "")")
            #expect(try databases.target.value("SELECT to_regclass('public.made')") == nil)
            try holder.execute("COMMIT")
            _ = try session.transaction(lockWait: nil, locking: "public.t") { () throws(FerryError) in
                try session.execute("INSERT INTO public.t VALUES (1)")
            }
            #expect(try databases.target.value("SELECT count(*) FROM t") == "1")
        }
    }
}
