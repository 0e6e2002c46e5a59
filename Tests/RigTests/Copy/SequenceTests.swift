import Ferry
import RigSupport
import Testing

/// The value from which a sequence continues after a copy into a table that holds rows.
@Suite struct SequenceTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var increment: Int
        /// The arguments of setval.
        var source: String
        var target: String
        var next: String
        var testDescription: String { "by \(increment), source \(source), target \(target)" }
    }

    @Test(arguments: [
        Case(increment: 1, source: "10, true", target: "20, true", next: "21"),
        Case(increment: 1, source: "30, true", target: "20, true", next: "31"),
        Case(increment: 1, source: "20, false", target: "20, true", next: "21"),
        Case(increment: 1, source: "20, true", target: "20, false", next: "21"),
        Case(increment: -1, source: "-10, true", target: "-20, true", next: "-21"),
        Case(increment: -1, source: "-30, true", target: "-20, true", next: "-31"),
        Case(increment: -5, source: "-30, false", target: "-30, true", next: "-35"),
    ])
    func `a sequence continues from the side that is further in its direction`(_ item: Case) async throws {
        let setup = """
            CREATE SEQUENCE s INCREMENT \(item.increment) MINVALUE -1000 MAXVALUE 1000 START 0;
            CREATE TABLE items (id int PRIMARY KEY DEFAULT nextval('s'), embedding vector(2));
            """
        try await Rig.withDatabases(setup: setup) { databases in
            try databases.source.run("INSERT INTO items VALUES (501, '[1,1]'); SELECT setval('s', \(item.source))")
            try databases.target.run("INSERT INTO items VALUES (502, '[2,2]'); SELECT setval('s', \(item.target))")
            var request = CopyRequest()
            request.existing = .keep
            #expect(try await databases.engine().copy(request).outcome == .proven)
            #expect(try databases.target.value("SELECT nextval('s')") == item.next)
        }
    }
}
