import Ferry
import RigSupport
import Testing

/// Tables to be created that need extensions of the target.
@Suite struct ExtensionTests {
    /// A type and a function that are made an extension's: the rig's servers have few of their own.
    private static let others = """
        CREATE TYPE mood AS ENUM ('a'); CREATE FUNCTION f(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT $1';
        ALTER EXTENSION plpgsql ADD TYPE mood; ALTER EXTENSION plpgsql ADD FUNCTION f(text);
        """

    @Test(arguments: [
        "CREATE TABLE items (x mood, embedding vector(2))", "CREATE TABLE items (x mood[], embedding vector(2))",
        "CREATE TYPE pair AS (a int, b mood); CREATE TABLE items (x pair, embedding vector(2))",
        "CREATE DOMAIN own AS text CHECK (f(VALUE) <> ''); CREATE TABLE items (x own, embedding vector(2))",
        "CREATE TABLE items (x text DEFAULT f('a'), embedding vector(2))",
        "CREATE TABLE items (x text CHECK (f(x) <> ''), embedding vector(2))",
        "CREATE TABLE items (x text, embedding vector(2)); CREATE INDEX ON items (f(x))",
        """
        CREATE TABLE items (id int, embedding vector(2)) PARTITION BY RANGE (id);
        CREATE TABLE part PARTITION OF items DEFAULT; ALTER TABLE part ALTER id SET DEFAULT length(f('a'))
        """,
    ])
    func `a table to be made that needs an extension, with the statement that creates it`(setup: String) async throws {
        try await Rig.withDatabases { databases in
            try databases.source.run(Self.others)
            try databases.source.run(setup)
            try databases.target.run("DROP EXTENSION plpgsql")
            var request = CopyRequest()
            request.create = true
            let plan = try await databases.engine().plan(request)
            #expect(plan.blockers.map(\.code) == [.extensionMissing])
            let hint = try #require(plan.blockers.first?.hint)
            #expect(hint == "CREATE EXTENSION plpgsql SCHEMA pg_catalog.")
            let error = await #expect(throws: FerryError.self) { try await databases.engine().copy(request) }
            #expect(error?.code == .blocked)
            try databases.target.run(String(hint.dropLast()))
            // The target's version of it has what the source's has, or its types are told to be missing.
            let next = try await databases.engine().plan(request)
            #expect(next.blockers.map(\.code) == (setup.contains("mood") ? [.typeMissing] : []))
            try databases.target.run(Self.others)
            #expect(try await databases.engine().copy(request).outcome == .proven)
        }
    }

    @Test func `a table to be made that needs an extension which the target's server does not have`() async throws {
        try await Rig.withDatabases { databases in
            try databases.source.run(Self.others)
            try databases.source.run(
                """
                UPDATE pg_extension SET extname = 'postgis' WHERE extname = 'plpgsql';
                CREATE TABLE items (x mood, embedding vector(2))
                """)
            var request = CopyRequest()
            request.create = true
            let blockers = try await databases.engine().plan(request).blockers
            #expect(blockers.map(\.code) == [.extensionMissing])
            #expect(blockers.first?.message.hasPrefix("The extension postgis, which") == true)
        }
    }

    @Test func `pgvector in another schema, and one that is too old`() async throws {
        try await Rig.withDatabases { databases in
            try databases.source.run("CREATE TABLE items (id int PRIMARY KEY, embedding vector(2))")
            try databases.target.run("CREATE SCHEMA other; ALTER EXTENSION vector SET SCHEMA other")
            var request = CopyRequest()
            request.create = true
            #expect(try await databases.engine().plan(request).blockers.map(\.code) == [.extensionSchema])
        }
        // The older server's pgvector.
        let swapped = (try Rig.variable("VECFERRY_TARGET"), try Rig.variable("VECFERRY_SOURCE"))
        try await Rig.withDatabases(on: swapped) { databases in
            try databases.source.run("CREATE TABLE items (id int PRIMARY KEY, embedding sparsevec(2))")
            try databases.target.run("DROP EXTENSION vector")
            var request = CopyRequest()
            request.create = true
            #expect(try await databases.engine().plan(request).blockers.map(\.code) == [.typeMissing])
        }
    }
}
