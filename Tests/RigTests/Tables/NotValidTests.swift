import Ferry
import RigSupport
import Testing

/// Checks that the source never made of its rows, which may violate them.
@Suite struct NotValidTests {
    /// The child has the check of its own, and by inheritance.
    private static let tables = """
        CREATE TABLE parent (id int, embedding vector(2)); CREATE TABLE a_child (x int) INHERITS (parent);
        CREATE TABLE parted (id int, embedding vector(2)) PARTITION BY RANGE (id);
        CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (-100) TO (100);
        """
    private static let checks = """
        ALTER TABLE a_child ADD CONSTRAINT positive CHECK (id > 0) NOT VALID;
        ALTER TABLE parent ADD CONSTRAINT positive CHECK (id > 0) NOT VALID;
        COMMENT ON CONSTRAINT positive ON parent IS 'it''s late';
        ALTER TABLE parted_1 ADD CONSTRAINT few CHECK (id < 10) NOT VALID;
        """
    private static let rows = """
        INSERT INTO parent SELECT i, '[1,1]' FROM generate_series(-5, 5) AS i;
        INSERT INTO a_child SELECT i, '[1,1]', 1 FROM generate_series(-5, 5) AS i;
        INSERT INTO parted SELECT i, '[1,1]' FROM generate_series(-50, 50) AS i;
        """
    private static let state = """
        SELECT string_agg(format('%s %s %s %s %s %s', conrelid::regclass, conname, convalidated, conislocal, coninhcount,
            obj_description(oid, 'pg_constraint')), '; ' ORDER BY conrelid::regclass::text)
        FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace
        """

    private func request(creates: Bool) -> CopyRequest {
        var request = CopyRequest()
        request.selection.all = true
        request.create = creates
        return request
    }

    @Test(arguments: [true, false])
    func `rows that violate a NOT VALID check are copied, and the check is there again as it was`(
        creates: Bool
    ) async throws {
        try await Rig.withDatabases { databases in
            try databases.source.run(Self.tables + Self.rows + Self.checks)
            if !creates { try databases.target.run(Self.tables + Self.checks) }
            let before = try databases.source.value(Self.state)
            for restart in [false, true] {
                let report = try await databases.engine().copy(request(creates: creates), restart: restart)
                #expect(report.outcome == .proven && report.stillOff.isEmpty)
                #expect(!report.notes.contains { $0.code == .notValid })
                #expect(try databases.target.value(Self.state) == before)
                #expect(try databases.target.value("SELECT count(*) FROM parent") == "22")
                #expect(throws: (any Error).self) { try databases.target.run("INSERT INTO a_child VALUES (-1)") }
            }
            var undo = UndoRequest()
            undo.finished = true
            #expect(try await databases.engine().targetAlone.undo(undo).stillOff.isEmpty)
            if !creates { #expect(try databases.target.value(Self.state) == before) }
        }
    }

    @Test func `a check that can't be taken off is named by the plan`() async throws {
        try await Rig.withDatabases { databases in
            try databases.source.run(Self.tables + Self.rows + Self.checks)
            try databases.target.run(Self.tables + Self.checks)
            var request = request(creates: false)
            request.selection.all = false
            request.selection.tables = ["a_child"]
            let before = try databases.target.value(Self.state)
            let plan = try await databases.engine().plan(request)
            let note = try #require(plan.warnings.first { $0.code == .notValid })
            #expect(
                note.message.hasPrefix("The check positive of public.a_child is NOT VALID and stays during the load"))
            let report = try await databases.engine().copy(request)
            #expect(report.outcome == .failed)
            #expect(try databases.target.value(Self.state) == before)
        }
    }
}
