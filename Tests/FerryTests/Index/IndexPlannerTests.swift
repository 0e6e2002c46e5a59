import Testing

@testable import Ferry

@Suite struct IndexPlannerTests {
    private func action(_ index: Index, rows: Int = 60_000, existing: Int = 0, online: Bool = false) -> IndexPlan.Action
    {
        var request = IndexRequest()
        request.online = online
        return Fixture.plan([index], rows: rows, existing: existing, request: request).indexes[0].action
    }

    @Test func `an ivfflat index is rebuilt however few rows come, and stays when none do`() {
        let index = Fixture.index("e", "ivfflat", options: ["lists": "100"])
        #expect(action(index) == .rebuild)
        #expect(action(index, rows: 3, existing: 1_000_000) == .rebuild)
        #expect(action(index, rows: 0) == .keep)
        #expect(Fixture.plan([index]).indexes[0].reason.contains("noise"))
    }

    @Test func `an hnsw index stays only when few rows join many`() {
        let index = Fixture.index("e", "hnsw")
        #expect(action(index) == .rebuild)
        #expect(action(index, rows: 1_000, existing: 100_000) == .keep)
        #expect(action(index, rows: 6_000, existing: 100_000) == .rebuild)
    }

    @Test func `an ordinary index goes for many rows and stays for few; a unique one always stays`() {
        let botid = Fixture.index("b", "btree", operatorClass: "bpchar_ops", type: "bpchar", dimensions: nil)
        #expect(action(botid) == .rebuild)
        #expect(action(botid, rows: 10_000) == .keep)
        let key = Fixture.index("k", "btree", operatorClass: "bpchar_ops", type: "bpchar", isUnique: true)
        #expect(action(key) == .keep)
        #expect(Fixture.plan([key]).indexes[0].builds.isEmpty)
    }

    @Test func `an invalid index is built again, and the plan says so`() {
        let (indexes, notes) = Fixture.plan([Fixture.index("e", "hnsw", isValid: false)], rows: 10, existing: 100_000)
        #expect(indexes[0].action == .rebuild)
        #expect(notes.contains { $0.code == .indexInvalid && $0.level == .warning })
    }

    @Test func `a role that does not own the table is blocked only if something must be dropped`() {
        let index = Fixture.index("e", "ivfflat")
        let (_, notes) = Fixture.plan([index], isOwner: false)
        let blocker = notes.first { $0.level == .blocker }
        #expect(blocker?.code == .notOwner)
        #expect(blocker?.hint?.contains("GRANT app TO ferry") == true)
        #expect(Fixture.plan([index], rows: 0, isOwner: false).notes.isEmpty)
    }

    @Test func `online, nothing is dropped: ivfflat is reindexed beside writers and the others stay`() {
        var request = IndexRequest()
        request.online = true
        let indexes = [
            Fixture.index("e", "ivfflat", oid: 1), Fixture.index("h", "hnsw", oid: 2),
            Fixture.index("b", "btree", oid: 3),
        ]
        let plans = Fixture.plan(indexes, request: request).indexes
        #expect(plans.map(\.action) == [.reindex, .keep, .keep])
        #expect(plans[0].builds[0].statements == ["REINDEX INDEX CONCURRENTLY public.e"])
        #expect(plans[0].builds[0].isConcurrent)
    }

    @Test func `the leaves of a partitioned index are built first, then each level with its attachments`() {
        let leaf = Fixture.index("leaf", "ivfflat", parent: 10, oid: 12, table: "leaf")
        let middle = Fixture.index("middle", "ivfflat", isPartitioned: true, parent: 1, oid: 10, table: "middle")
        let root = Fixture.index("root", "ivfflat", isPartitioned: true, oid: 1)
        let planner = IndexPlanner(
            request: IndexRequest(), targetServer: Fixture.server())
        let name = QualifiedName(schema: "public", name: "items")
        let plans = planner.plan(
            source: Fixture.table(rows: 500), sourceTree: [],
            target: Fixture.table(rows: 0, indexes: [root], kind: .partitioned),
            targetTree: [
                Fixture.table(rows: 0, indexes: [middle], name: "middle", oid: 101, kind: .partitioned, parent: 100),
                Fixture.table(rows: 0, indexes: [leaf], name: "leaf", oid: 102, parent: 101),
            ], sourceRows: 500, targetIsEmpty: true, relationName: name
        ).indexes
        #expect(plans.map(\.name.name) == ["root"])
        #expect(plans[0].builds.map(\.stage) == [0, 1, 2])
        #expect(plans[0].builds.map(\.index.name) == ["leaf", "middle", "root"])
        #expect(plans[0].builds[1].statements.last == "ALTER INDEX public.root ATTACH PARTITION public.leaf")
        #expect(plans[0].builds[0].memory != nil)
        #expect(plans[0].builds[2].memory == nil)
    }

    // MARK: Changed definitions

    @Test func `lists=auto follows pgvector's advice and says how to go back`() {
        var request = IndexRequest()
        request.lists = .auto
        let index = Fixture.index("e", "ivfflat", options: ["lists": "100"], predicate: "botid IS NOT NULL")
        let (indexes, notes) = Fixture.plan([index], request: request)
        #expect(
            indexes[0].builds[0].statements[0]
                == "CREATE INDEX e ON public.items USING ivfflat (embedding public.vector_l2_ops) WITH (lists = 60) "
                + "WHERE (botid IS NOT NULL)")
        #expect(indexes[0].previousDefinition == index.definition)
        #expect(notes.first { $0.code == .indexChanged }?.hint?.contains(index.definition) == true)
        #expect(VectorIndexShape.advisedLists(rows: 4_000_000) == 2_000)
        #expect(VectorIndexShape.advisedLists(rows: 10) == 1)
    }

    @Test func `a change of method keeps the operator class and takes the new method's options`() {
        var request = IndexRequest()
        request.method = .hnsw
        request.hnswM = 40
        let plan = Fixture.plan([Fixture.index("e", "ivfflat", options: ["lists": "100"])], request: request).indexes[0]
        #expect(plan.method == "hnsw")
        #expect(plan.options == ["m": "40", "ef_construction": "80"])
        #expect(plan.action == .rebuild)
    }

    @Test func `a method without the index's operator class is refused, and the index stays what it is`() {
        var request = IndexRequest()
        request.method = .ivfflat
        let (indexes, notes) = Fixture.plan(
            [Fixture.index("e", "hnsw", operatorClass: "vector_l1_ops")], request: request)
        #expect(indexes[0].method == "hnsw")
        #expect(notes.contains { $0.code == .indexChangeRefused })
    }

    @Test(arguments: [1, 101])
    func `options outside pgvector's limits block`(m: Int) {
        var request = IndexRequest()
        request.hnswM = m
        #expect(Fixture.plan([], request: request).notes.contains { $0.level == .blocker })
    }

    // MARK: What the server can bear

    @Test func `a build gets what it needs and a tenth more, within the server's budget`() {
        let build = Fixture.plan([Fixture.index("e", "hnsw")]).indexes[0].builds[0]
        let need = build.memory ?? 0
        #expect((270 << 20..<300 << 20).contains(need))
        #expect(build.maintenanceWorkMem == need + need / 10)
        #expect(build.workers == 2)
    }

    @Test func `a build that does not fit gets what there is, with a warning that says how much longer it takes`() {
        let (indexes, notes) = Fixture.plan([Fixture.index("e", "hnsw")], rows: 1_000_000)
        #expect(indexes[0].builds[0].maintenanceWorkMem == 512 << 20)
        let warning = notes.first { $0.code == .indexMemory }
        #expect(warning?.level == .warning)
        #expect(warning?.message.contains("5.4 times") == true)
    }

    @Test func `Aurora at 1 ACU, with 1.5 GB of shared buffers, gives a quarter of a gigabyte`() {
        let server = Fixture.server(aurora: true, sharedBuffers: 1_536 << 20)
        #expect(BuildBudget(of: server).memory == 256 << 20)
    }

    @Test func `an ivfflat build that does not fit into what the operator set is a blocker: it would fail`() {
        var request = IndexRequest()
        request.maintenanceWorkMem = 20 << 20
        let (_, notes) = Fixture.plan([Fixture.index("e", "ivfflat", options: ["lists": "100"])], request: request)
        #expect(notes.contains { $0.code == .indexMemory && $0.level == .blocker })
    }

    @Test func `hnsw is built without workers where pgvector has CVE-2026-3172, and before it knew how`() {
        let index = Fixture.index("e", "hnsw")
        for (version, warns) in [("0.6.0", true), ("0.8.1", true), ("0.8.2", false), ("0.5.1", false)] {
            let (indexes, notes) = Fixture.plan([index], server: Fixture.server(pgvector: .init(parsing: version)))
            #expect(indexes[0].builds[0].workers == (version == "0.8.2" ? 2 : 0))
            #expect(notes.contains { $0.code == .hnswParallelFault } == warns)
        }
    }

    @Test func `an operator class or a dimension that the target's pgvector lacks blocks`() {
        var request = IndexRequest()
        request.method = .hnsw
        let old = Fixture.server(pgvector: PgvectorVersion(0, 4, 4))
        #expect(
            Fixture.plan([Fixture.index("e", "ivfflat")], request: request, server: old).notes
                .contains { $0.code == .indexOperatorClass && $0.level == .blocker })
        #expect(
            Fixture.plan([Fixture.index("e", "hnsw", dimensions: 2_001)]).notes
                .contains { $0.code == .indexDimensions && $0.level == .blocker })
    }

    // MARK: In place

    @Test
    func `in place, ivfflat is reindexed, hnsw stays, and a changed one is dropped in the transaction that makes it`() {
        let table = Fixture.table(
            rows: 5_000,
            indexes: [
                Fixture.index("e", "ivfflat", options: ["lists": "100"], oid: 1), Fixture.index("h", "hnsw", oid: 2),
                Fixture.index("b", "btree", oid: 3),
            ])
        var request = IndexRequest()
        func plans() -> [IndexPlan] {
            IndexPlanner(request: request, targetServer: Fixture.server())
                .planInPlace(table, tree: []).indexes
        }
        #expect(plans().map(\.action) == [.reindex, .keep])
        request.lists = .fixed(7)
        #expect(plans()[0].builds.count == 1)
        #expect(plans()[0].builds[0].statements.first == "DROP INDEX public.e")
        request.online = true
        #expect(plans()[0].builds[0].statements[0].hasPrefix("CREATE INDEX CONCURRENTLY vecferry_new_1 ON "))
        #expect(plans()[0].builds[0].replaces == 1)
    }

    @Test
    func `what a killed concurrent build left is no index of its own, and goes with the build of the one it is of`() {
        let indexes = [
            Fixture.index("e", "ivfflat", oid: 1), Fixture.index("e_ccnew", "ivfflat", isValid: false, oid: 2),
            Fixture.index("e_ccold1", "ivfflat", isValid: false, oid: 3),
            Fixture.index("vecferry_new_1", "hnsw", isValid: false, oid: 4),
            Fixture.index("vecferry_old_6", "hnsw", oid: 6), Fixture.index("vecferry_old_1", "hnsw", oid: 7),
            Fixture.index("other_ccnew", "ivfflat", isValid: false, oid: 5),
        ]
        let plans = Fixture.plan(indexes).indexes
        #expect(plans.map(\.name.name) == ["e", "vecferry_old_1", "other_ccnew"])
        #expect(
            plans[0].builds[0].statements.dropFirst() == [
                "DROP INDEX IF EXISTS public.e_ccnew", "DROP INDEX IF EXISTS public.e_ccold1",
                "DROP INDEX IF EXISTS public.vecferry_new_1", "DROP INDEX IF EXISTS public.vecferry_old_6",
            ])
    }

    // MARK: Progress

    @Test func `the share of a build that is done never goes back, over all phases`() throws {
        for method in ["ivfflat", "hnsw"] {
            let build = Fixture.plan([Fixture.index("e", method)]).indexes[0].builds[0]
            var phases: [IndexPhase] = []
            func add(_ name: String, blocks: Int = 0, tuples: Int = 0, total: Int = 0) {
                phases.append(
                    IndexPhase(
                        name: "building index: \(name)", blocksDone: blocks, blocksTotal: 100, tuplesDone: tuples,
                        tuplesTotal: total))
            }
            if method == "ivfflat" {
                for blocks in [0, 50, 100] { add("assigning tuples", blocks: blocks) }
                for tuples in [0, 30_000, 60_000] { add("loading tuples", blocks: 100, tuples: tuples, total: 60_000) }
            } else {
                for tuples in [0, 10_000, 30_000, 60_000, 70_000] { add("loading tuples", tuples: tuples) }
            }
            let shares = phases.compactMap { $0.fraction(of: build) }
            #expect(shares.count == phases.count)
            #expect(shares == shares.sorted())
            #expect(try #require(shares.last) >= 0.99)
            #expect(shares.allSatisfy { (0...1).contains($0) })
        }
    }

    @Test func `rows beyond the memory of an hnsw build weigh more`() {
        let build = Fixture.plan([Fixture.index("e", "hnsw")], rows: 1_000_000).indexes[0].builds[0]
        let half = IndexPhase(
            name: "building index: loading tuples", blocksDone: 0, blocksTotal: 0, tuplesDone: 100_000, tuplesTotal: 0)
        #expect((half.fraction(of: build) ?? 1) < 0.05)
    }
}
