import Foundation
import RigSupport
import Testing

/// How long values are stored on Debian's servers, which offer lz4, and on those from wheels, which do not.
@Suite struct ToastCompressionTests {
    private static let setup = """
        CREATE TABLE items (id int PRIMARY KEY, content text, own text COMPRESSION pglz, embedding vector(2));
        """
    /// Text that can be compressed, and is too long for a page.
    private static let rows = """
        INSERT INTO items SELECT i, repeat('row ' || i || ' of many. ', 300), repeat('own ' || i, 900), ARRAY[i, 1]::vector
        FROM generate_series(1, 20) AS i; ANALYZE
        """
    /// The methods of the two columns, with the number of rows.
    private static let methods = """
        SELECT string_agg(DISTINCT pg_column_compression(content), ',') || ' ' || string_agg(DISTINCT pg_column_compression(own), ',')
            || ' ' || count(*) FROM items
        """

    private func withDebian(_ body: (RigDatabases) async throws -> Void) async throws {
        let servers = (
            source: try Rig.variable("VECFERRY_RIG_DEBIAN_SOURCE"),
            target: try Rig.variable("VECFERRY_RIG_DEBIAN_TARGET")
        )
        try await Rig.withDatabases(on: servers, setup: Self.setup) { databases in
            try databases.source.run(Self.rows)
            try await body(databases)
        }
    }

    private func run(_ databases: RigDatabases, _ arguments: String...) throws -> Command.Ended {
        try Ferryman.run(
            arguments, environment: ["VECFERRY_SOURCE": databases.source.uri, "VECFERRY_TARGET": databases.target.uri])
    }

    @Test func `rows arrive compressed with lz4 where nobody has chosen, and the plan says so`() async throws {
        try await withDebian { databases in
            let plan = try run(databases, "plan", "--table", "items")
            #expect(plan.output.contains("Long values are compressed with lz4 as they arrive"), "\(plan.said)")
            let copied = try run(databases, "copy", "--table", "items")
            #expect(copied.status == 0, "\(copied.said)")
            // The column with a method of its own keeps it.
            #expect(try databases.target.value(Self.methods) == "lz4 pglz 20")
            #expect(try databases.sameTable("items") == 20)
            // What a repair writes too.
            try databases.target.run("DELETE FROM items WHERE id > 10; UPDATE items SET content = 'x' WHERE id < 5")
            let repaired = try run(databases, "verify", "--repair", "--table", "items")
            #expect(repaired.status == 0, "\(repaired.said)")
            #expect(try databases.target.value(Self.methods) == "lz4 pglz 20")
            #expect(
                try run(databases, "report", "--format", "markdown").output.contains(
                    "| Compression of long values | lz4 |"))
        }
    }

    @Test func `a choice of the target or of the operator counts`() async throws {
        try await withDebian { databases in
            let name = try databases.target.value("SELECT current_database()") ?? ""
            try databases.target.run("ALTER DATABASE \(name) SET default_toast_compression TO pglz")
            #expect(!(try run(databases, "plan", "--table", "items").output.contains("lz4")))
            #expect(try run(databases, "copy", "--table", "items").status == 0)
            #expect(try databases.target.value(Self.methods) == "pglz pglz 20")
            #expect(try run(databases, "undo", "--finished").status == 0)
            let asked = try run(databases, "copy", "--table", "items", "--toast-compression", "lz4")
            #expect(asked.status == 0, "\(asked.said)")
            #expect(try databases.target.value(Self.methods) == "lz4 pglz 20")
            try databases.target.run("ALTER DATABASE \(name) RESET default_toast_compression")
            #expect(try run(databases, "undo", "--finished").status == 0)
            let kept = try run(databases, "copy", "--table", "items", "--toast-compression", "keep")
            #expect(kept.status == 0, "\(kept.said)")
            #expect(try databases.target.value(Self.methods) == "pglz pglz 20")
            try databases.target.run("DELETE FROM items")
            let repaired = try run(databases, "verify", "--repair", "--table", "items", "--toast-compression", "pglz")
            #expect(repaired.status == 0, "\(repaired.said)")
            #expect(try databases.target.value(Self.methods) == "pglz pglz 20")
        }
    }

    @Test func `a copy that resumes keeps the method of its plan`() async throws {
        try await withDebian { databases in
            let killed = try Ferryman.run(
                ["copy", "--table", "items"],
                environment: [
                    "VECFERRY_SOURCE": databases.source.uri, "VECFERRY_TARGET": databases.target.uri,
                    "VECFERRY_FAIL_POINT": "before-chunk-commit",
                ])
            #expect(killed.status == 128 + SIGKILL, "\(killed.said)")
            let name = try databases.target.value("SELECT current_database()") ?? ""
            try databases.target.run("ALTER DATABASE \(name) SET default_toast_compression TO pglz")
            let copied = try run(databases, "copy", "--table", "items")
            #expect(copied.status == 0, "\(copied.said)")
            #expect(try databases.target.value(Self.methods) == "lz4 pglz 20")
        }
    }

    @Test func `rows that are merged by key are compressed as others are`() async throws {
        try await withDebian { databases in
            try databases.target.run("INSERT INTO items VALUES (1, 'target''s own', 'x', '[1,1]')")
            let copied = try run(databases, "copy", "--table", "items", "--existing", "keep")
            #expect(copied.status == 0, "\(copied.said)")
            #expect(try databases.target.value(Self.methods) == "lz4 pglz 20")
        }
    }

    @Test func `a server without lz4 gets what it has, and lz4 is refused`() async throws {
        try await Rig.withDatabases(setup: Self.setup) { databases in
            try databases.source.run(Self.rows)
            let plan = try run(databases, "plan", "--table", "items", "--toast-compression", "lz4")
            #expect(plan.status == 3 && plan.output.contains("The target can't compress with lz4"), "\(plan.said)")
            let copied = try run(databases, "copy", "--table", "items")
            #expect(copied.status == 0 && !copied.said.contains("lz4"), "\(copied.said)")
            #expect(try databases.target.value(Self.methods) == "pglz pglz 20")
            try databases.target.run("DELETE FROM items")
            let repaired = try run(databases, "verify", "--repair", "--table", "items", "--toast-compression", "lz4")
            #expect(repaired.status == 3 && repaired.said.contains("built without it"), "\(repaired.said)")
        }
    }
}
