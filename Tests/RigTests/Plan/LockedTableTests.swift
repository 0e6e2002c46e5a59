import Ferry
import RigSupport
import Testing

/// The plan waits for no table that nobody chose.
@Suite struct LockedTableTests {
    private static let tables = """
        CREATE TABLE docs (id int PRIMARY KEY, embedding vector(2)); CREATE TABLE parts (n int) PARTITION BY RANGE (n);
        CREATE TABLE unrelated (id int PRIMARY KEY, t text, CHECK (t <> 'x')); CREATE INDEX part ON unrelated (t) WHERE id > 1;
        ALTER TABLE unrelated ADD CHECK (length(t) < 9) NOT VALID;
        CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (1) TO (2);
        """

    @Test(arguments: [Side.source, .target])
    func `another table that is locked does not hold up a copy`(side: Side) async throws {
        try await Rig.withDatabases(setup: Self.tables) { databases in
            let database = side == .source ? databases.source : databases.target
            let holder = try database.connect()
            try holder.execute("BEGIN; LOCK TABLE unrelated; LOCK TABLE parts")
            var request = CopyRequest()
            request.selection.tables = ["docs"]
            // The lock is never released: a wait for it would not end.
            #expect(try await databases.engine().plan(request).isReady)
            #expect(try await databases.engine().copy(request).outcome == .proven)
            var verify = VerifyRequest()
            verify.selection.tables = ["docs"]
            #expect(try await databases.engine().verify(verify).outcome == .same)
            try holder.execute("COMMIT")
        }
    }

    @Test func `a chosen table that stays locked ends the plan, which says who holds it`() async throws {
        try await Rig.withDatabases(setup: Self.tables) { databases in
            let holder = try databases.target.connect()
            try holder.execute("BEGIN; LOCK TABLE docs")
            let error = await #expect(throws: FerryError.self) { try await databases.engine().plan(CopyRequest()) }
            #expect(error?.table?.name == "docs")
            #expect(error?.hint?.contains("holds a lock on public.docs") == true)
            try holder.execute("COMMIT")
        }
    }
}
