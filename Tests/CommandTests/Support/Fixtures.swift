@testable import Ferry
@testable import vecferry

/// Swift Testing has a type of that name, too.
typealias ExitStatus = vecferry.ExitStatus

/// Plans and reports for the tests that need no server.
enum Fixtures {
    static let items = QualifiedName(schema: "public", name: "items")

    static func server(
        _ side: Side, version: String = "15.5", vector: PgvectorVersion? = PgvectorVersion(0, 5, 1)
    ) -> ServerInfo {
        ServerInfo(
            endpoint: "\(side).example.com:5432/postgres", versionNumber: 150_005, version: version,
            isAurora: side == .source, database: "postgres", user: "postgres", isSuperuser: false, isInRecovery: false,
            encoding: "UTF8", systemIdentifier: nil, blockSize: 8192, maxConnections: 100, sharedBuffers: 128 << 20,
            maintenanceWorkMem: 64 << 20, maxParallelMaintenanceWorkers: 2, maxParallelWorkers: 8,
            maxWorkerProcesses: 8,
            vectorVersion: vector, vectorSchema: vector == nil ? nil : "public", mayCreateSchema: true,
            mayKeepLedger: true, hasLedgerSchema: false)
    }

    /// A plain table of `chunks` chunks.
    static func pair(
        _ number: Int, _ name: String, rows: Int, bytes: Int, chunks: Int = 1, role: TablePair.Role = .other
    ) -> TablePair {
        let name = QualifiedName(schema: "public", name: name)
        return TablePair(
            number: PairNumber(number), name: name, role: role, isCreated: false,
            columns: [ColumnPair(name: "id", type: "bigint", vectorType: nil, dimensions: nil, textReason: nil)],
            format: .binary, parts: [SourcePart(relation: name, pages: chunks * 10, bytes: bytes, pagesPerChunk: 10)],
            targetParts: [name], estimatedRows: rows, key: nil, botScope: nil, filter: .all, readBackFilter: .all,
            load: .append, indexes: [], constraints: [], triggers: [], sequences: [])
    }

    /// What Bedrock Chat's table gives.
    static var itemsPair: TablePair {
        var pair = pair(0, "items", rows: 60_000, bytes: 363 << 20, chunks: 12, role: .embedding)
        pair.columns.append(
            ColumnPair(name: "embedding", type: "vector(1024)", vectorType: .vector, dimensions: 1024, textReason: nil))
        pair.botScope = .column("botid")
        pair.indexes = [
            index("items_pkey", "btree", .keep, "it prevents duplicate rows", isUnique: true),
            vectorIndex,
        ]
        return pair
    }

    static var vectorIndex: IndexPlan {
        var plan = index("idx_items_embedding", "ivfflat", .rebuild, "its centroids were trained on an empty table")
        plan.operatorClass = "vector_l2_ops"
        plan.options = ["lists": "100"]
        plan.builds = [
            IndexBuild(
                index: plan.name, relation: plan.relation, stage: 0, statements: [], memory: 45 << 20,
                maintenanceWorkMem: 64 << 20, workers: 2)
        ]
        return plan
    }

    static func index(
        _ name: String, _ method: String, _ action: IndexPlan.Action, _ reason: String, isUnique: Bool = false
    ) -> IndexPlan {
        IndexPlan(
            name: QualifiedName(schema: "public", name: name), relation: items, method: method,
            operatorClass: "bpchar_ops", options: [:], isUnique: isUnique, action: action, reason: reason, builds: [],
            previousDefinition: nil)
    }

    static func plan(_ pairs: [TablePair], notes: [Note] = []) -> Plan {
        Plan(
            source: server(.source), target: server(.target, version: "16.14", vector: PgvectorVersion(0, 8, 5)),
            request: CopyRequest(), pairs: pairs, notes: notes)
    }

    static func note(_ level: Note.Level, _ code: Note.Code, _ message: String, hint: String? = nil) -> Note {
        Note(level: level, code: code, side: .target, table: items, message: message, hint: hint)
    }

    static func report(_ outcome: JobReport.Outcome, _ states: TableReport.State...) -> JobReport {
        JobReport(
            outcome: outcome, job: 7, tables: states.enumerated().map { table($0.offset, $0.element) }, notes: [],
            copySeconds: 3, seconds: 9.1, streamedBytes: 363 << 20,
            finishedAt: outcome == .alreadyFinished ? "2026-01-02 03:04:05 UTC" : nil)
    }

    private static func table(_ number: Int, _ state: TableReport.State) -> TableReport {
        let source = Digest(rows: 30_000, sum: 0xabc)
        return TableReport(
            name: QualifiedName(schema: "public", name: number == 0 ? "items" : "table_\(number)"), state: state,
            source: source, target: state == .differs ? Digest(rows: 29_999, sum: 0xdef) : source, keptRows: 0,
            keptBots: [],
            indexes: [
                IndexReport(name: items, action: .rebuild, seconds: 2),
                IndexReport(name: items, action: .keep, seconds: nil),
            ],
            error: state == .failed ? "target: The disk is full (SQLSTATE 53100)." : nil)
    }
}
