@testable import Ferry

/// Pairs and plans for tests of what moves them, without a server.
enum PairFixtures {
    static func name(_ number: Int) -> QualifiedName { QualifiedName(schema: "public", name: "t\(number)") }

    /// - Parameter chunks: How many the pair has.
    static func pair(_ number: Int, chunks: Int = 1, load: LoadMode = .append) -> TablePair {
        TablePair(
            number: PairNumber(number), name: name(number), role: .embedding, isCreated: false,
            columns: [ColumnPair(name: "id", type: "bigint", vectorType: nil, dimensions: nil, textReason: nil)],
            format: .binary,
            parts: [
                SourcePart(
                    relation: name(number), pages: chunks * 10, bytes: chunks << 30, chunkBytes: 1 << 30, server: server
                )
            ],
            targetParts: [name(number)], estimatedRows: 1_000, key: nil, botScope: nil, filter: .all,
            readBackFilter: .all, load: load, indexes: [], constraints: [], triggers: [], sequences: [])
    }

    static func plan(_ pairs: Int) -> Plan { plan((0..<pairs).map { pair($0) }) }

    static func plan(_ pairs: [TablePair]) -> Plan {
        Plan(source: server, target: server, request: CopyRequest(), pairs: pairs, notes: [])
    }

    /// An index of a pair that is to be built in these stages.
    static func index(_ name: String, of pair: Int, stages: [Int] = [0], memory: Int = 0) -> IndexPlan {
        let relation = self.name(pair)
        return IndexPlan(
            name: QualifiedName(schema: "public", name: name), relation: relation, method: "hnsw", operatorClass: "o",
            options: [:], isUnique: false, action: .rebuild, reason: "it is a test",
            builds: stages.enumerated().map { number, stage in
                IndexBuild(
                    index: QualifiedName(schema: "public", name: "\(name)_\(number)"), relation: relation, stage: stage,
                    statements: [], memory: memory, maintenanceWorkMem: memory, workers: 0)
            }, previousDefinition: nil)
    }

    static func tasks(_ index: IndexPlan, of pair: Int) -> [IndexTask] {
        index.builds.map { IndexTask(pair: PairNumber(pair), plan: index, build: $0, entry: nil) }
    }

    static let server = ServerInfo(
        endpoint: "db:5432/postgres", versionNumber: 160_014, version: "16.14", isAurora: false, database: "postgres",
        user: "postgres", isSuperuser: false, isInRecovery: false, encoding: "UTF8", systemIdentifier: nil,
        blockSize: 8192, maxConnections: 100, sharedBuffers: 128 << 20, maintenanceWorkMem: 64 << 20,
        maxParallelMaintenanceWorkers: 2, maxParallelWorkers: 8, maxWorkerProcesses: 8,
        vectorVersion: PgvectorVersion(0, 8, 5), vectorSchema: "public", mayCreateSchema: true, mayKeepLedger: true,
        hasLedgerSchema: false)
}
