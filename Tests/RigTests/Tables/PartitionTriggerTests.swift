import RigSupport
import Testing

@testable import Ferry

/// Row triggers that a target before PostgreSQL 15 fires in partitions, where only a superuser can switch them off.
@Suite struct PartitionTriggerTests {
    private static let setup = """
        CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        CREATE TABLE items (id int, embedding vector(2)) PARTITION BY RANGE (id);
        CREATE TABLE items_low PARTITION OF items FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (id);
        CREATE TABLE items_1 PARTITION OF items_low DEFAULT;
        CREATE TABLE quiet (id int, embedding vector(2)) PARTITION BY RANGE (id);
        CREATE TABLE quiet_1 PARTITION OF quiet DEFAULT;
        CREATE TRIGGER "Each" AFTER INSERT ON items FOR EACH ROW EXECUTE FUNCTION note();
        CREATE TRIGGER off AFTER INSERT ON items FOR EACH ROW EXECUTE FUNCTION note();
        CREATE TRIGGER statement AFTER INSERT ON items FOR EACH STATEMENT EXECUTE FUNCTION note();
        CREATE TRIGGER statement AFTER INSERT ON quiet FOR EACH STATEMENT EXECUTE FUNCTION note();
        CREATE TRIGGER own AFTER INSERT ON items_1 FOR EACH ROW EXECUTE FUNCTION note();
        ALTER TABLE items DISABLE TRIGGER off;
        """

    /// As a server of 14 tells it, to whom partitions' copies of triggers are internal.
    private static func before15(_ catalog: Catalog) -> Catalog {
        var catalog = catalog
        catalog.server.versionNumber = 140_011
        for (oid, relation) in catalog.relations where relation.parent != nil {
            catalog.relations[oid]?.triggers.removeAll { $0.name != "own" }
        }
        return catalog
    }

    @Test(arguments: [true, false])
    func `a copy into a partition whose table has row triggers is blocked`(isPartitionOnSource: Bool) async throws {
        try await Rig.withDatabases { databases in
            try databases.target.run(Self.setup)
            try databases.source.run(
                isPartitionOnSource ? Self.setup : "CREATE TABLE items_1 (id int, embedding vector(2))")
            let engine = try databases.engine()
            var request = CopyRequest()
            request.selection.tables = ["items_1"]
            var survey = try Surveyor(source: engine.source, target: engine.target, request: request).survey(
                in: nil, source: try engine.source.connect(), target: try engine.target.connect())
            #expect(Planner(request: request, survey: survey).plan().isReady)
            survey.target = Self.before15(survey.target)
            let blockers = Planner(request: request, survey: survey).plan().blockers
            #expect(blockers.map(\.code) == [.partitionTrigger], "\(blockers)")
            #expect(blockers.first?.table?.name == "items_1")
            #expect(blockers.first?.message.contains("public.items have its row trigger Each,") == true)
        }
    }

    /// The rig's servers are too new to fire one; the plan of the comparison is all that keeps a repair from it.
    @Test(arguments: [RepairMode.apply, .dryRun], ["items", "items_1"])
    func `a repair in which row triggers of partitions would fire is refused before anything is compared`(
        mode: RepairMode, table: String
    ) async throws {
        try await Rig.withDatabases(setup: Self.setup) { databases in
            let engine = try databases.engine()
            let source = try CatalogReader().read(try engine.source.connect())
            let new = try CatalogReader().read(try engine.target.connect())
            func plan(_ repair: RepairMode, _ table: String, on target: Catalog) throws(FerryError) -> Int {
                var request = VerifyRequest()
                request.repair = repair
                request.selection.tables = [table]
                return try ComparisonPlanner(
                    request: request, source: source, target: target, memory: LedgerMemory()
                ).plan().tables.count
            }
            let old = Self.before15(new)
            let error = #expect(throws: FerryError.self) { try plan(mode, table, on: old) }
            #expect(error?.code == .blocked && error?.side == .target && error?.table?.name == table)
            #expect(error?.message.contains("public.items have its row trigger Each,") == true, "\(error as Any)")
            #expect(error?.hint?.contains("ALTER TABLE public.items DISABLE TRIGGER \"Each\"") == true)
            #expect(try plan(.none, table, on: old) == 1)
            #expect(try plan(mode, table, on: new) == 1)
            #expect(try plan(mode, "quiet", on: old) == 1)
        }
    }
}
