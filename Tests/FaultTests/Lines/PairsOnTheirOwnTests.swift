import Ferry
import RigSupport
import Testing

extension Faults.OnRig.Breaks {
    /// A table is finished while the rows of another are still under way.
    @Suite struct PairsOnTheirOwnTests {
        /// `pieces` is loaded at once and takes seconds to be indexed; `items` comes slowly.
        private func withSlowRows(
            _ body: (RigDatabases, Proxy) async throws -> Void
        ) async throws {
            try await Cargo.withDatabases { databases in
                try databases.target.run(
                    """
                    CREATE FUNCTION slowly(id int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS
                        $$ BEGIN PERFORM pg_sleep(0.01); RETURN true; END $$;
                    DROP INDEX pieces_embedding;
                    CREATE INDEX slow ON pieces_1 USING hnsw (embedding vector_l2_ops) WHERE slowly(id)
                    """)
                let proxy = try Proxy(to: [try databases.source.port]) { _ in .throttle(bytesPerSecond: 320_000) }
                defer { proxy.close() }
                try await body(databases, proxy)
            }
        }

        @Test func `a table is indexed and read back while another one is copied`() async throws {
            try await withSlowRows { databases, proxy in
                let told = Told()
                let engine = try databases.hastyEngine(
                    source: try databases.source.uri(port: proxy.port), told: told)
                #expect(try await engine.copy(inSmallChunks).outcome == .proven)
                let end = try #require(told.all.firstIndex { if case .ended(.copy) = $0 { true } else { false } })
                let before = told.all[..<end]
                #expect(
                    before.contains { if case .indexBuilt(_, let name, _) = $0 { name.name == "slow" } else { false } })
                #expect(before.contains { if case .readBack = $0 { true } else { false } })
            }
        }

        @Test func `a source that is lost while an index is built leaves the index whole, and the operator informed`()
            async throws
        {
            try await withSlowRows { databases, proxy in
                let told = Told()
                var engine = try databases.hastyEngine(
                    source: try databases.source.uri(port: proxy.port), attempts: 2, told: told)
                engine.workers.events = { event in
                    told.sink(event)
                    if case .began(.index) = event { proxy.close() }
                }
                await #expect(throws: FerryError.self) { try await engine.copy(inSmallChunks) }
                #expect(told.warnings.filter { $0 == .waitsForBuilds }.count == 1)
                #expect(told.warnings.contains(.stillOff))
                let restored =
                    "SELECT count(*) FROM vecferry.saved_definition WHERE name = 'slow' AND restored_at IS NOT NULL"
                #expect(try databases.target.value(restored) == "1")

                let again = Told()
                #expect(try await databases.hastyEngine(told: again).copy(inSmallChunks).outcome == .proven)
                #expect(
                    !again.contains { if case .indexBuilt(_, let name, _) = $0 { name.name == "slow" } else { false } })
            }
        }
    }
}
