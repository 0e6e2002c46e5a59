@testable import Ferry

/// Catalog values for tests of stages without I/O.
enum Fixture {
    static func server(
        pgvector: PgvectorVersion? = PgvectorVersion(0, 8, 5), versionNumber: Int = 160_014, aurora: Bool = false,
        sharedBuffers: Int = 256 << 20
    ) -> ServerInfo {
        ServerInfo(
            endpoint: "host:5432/postgres", versionNumber: versionNumber, version: "16.14", isAurora: aurora,
            database: "postgres", user: "ferry", isSuperuser: false, isInRecovery: false, encoding: "UTF8",
            systemIdentifier: nil, blockSize: 8_192, maxConnections: 100, sharedBuffers: sharedBuffers,
            maintenanceWorkMem: 64 << 20, maxParallelMaintenanceWorkers: 2, maxParallelWorkers: 8,
            maxWorkerProcesses: 8, vectorVersion: pgvector, vectorSchema: "public", mayCreateSchema: true,
            mayKeepLedger: true, hasLedgerSchema: true)
    }

    /// A table `public.items` of about 140 bytes a row in the heap.
    static func table(
        rows: Int, indexes: [Index] = [], name: String = "items", oid: OID = 100, kind: Relation.Kind = .table,
        parent: OID? = nil, isOwner: Bool = true
    ) -> Relation {
        Relation(
            oid: oid, name: QualifiedName(schema: "public", name: name), kind: kind, isUnlogged: false, parent: parent,
            hasForeignPartition: false,
            pages: kind == .partitioned ? 0 : (rows + 49) / 50, bytes: rows * 4_300,
            estimatedRows: rows, owner: "app",
            rights: Relation.Rights(
                useSchema: true, createInSchema: true, select: true, insert: true, delete: true, update: true,
                truncate: true, own: isOwner, rowSecurityActive: false),
            columns: [], indexes: indexes, foreignKeys: [], triggers: [], sequences: [])
    }

    static func index(
        _ name: String, _ method: String, operatorClass: String = "vector_l2_ops", options: [String: String] = [:],
        type: String = "vector", dimensions: Int? = 1_024, isUnique: Bool = false, isValid: Bool = true,
        isPartitioned: Bool = false, parent: OID? = nil, oid: OID = 200, table: String = "items",
        predicate: String? = nil, tablespace: String? = nil
    ) -> Index {
        Index(
            oid: oid, name: QualifiedName(schema: "public", name: name), isPartitioned: isPartitioned, method: method,
            definition: "CREATE INDEX \(name) ON public.\(table) USING \(method) (…)", isUnique: isUnique,
            isPrimary: false, isValid: isValid, isReplicaIdentity: false, isPartial: predicate != nil, isKey: isUnique,
            expressions: ["embedding"], columns: ["embedding"], operatorClasses: [operatorClass], equalityOperators: [],
            orderOperator: nil, options: options, isOfConstraint: false, parent: parent, bytes: 0, after: [],
            parts: IndexParts(
                keyType: type, keyDimensions: dimensions, name: name, qualifiedName: "public.\(name)",
                relation: "public.\(table)", operatorClass: "public.\(operatorClass)", tablespace: tablespace,
                predicate: predicate, addConstraint: nil,
                attach: parent == nil ? nil : "ALTER INDEX public.root ATTACH PARTITION public.\(name)"))
    }

    static func plan(
        _ indexes: [Index], rows: Int = 60_000, existing: Int = 0, request: IndexRequest = IndexRequest(),
        server: ServerInfo = server(), isOwner: Bool = true
    ) -> (indexes: [IndexPlan], notes: [Note]) {
        let planner = IndexPlanner(request: request, targetServer: server)
        let name = QualifiedName(schema: "public", name: "items")
        return planner.plan(
            source: table(rows: rows), sourceTree: [],
            target: table(rows: existing, indexes: indexes, isOwner: isOwner), targetTree: [], sourceRows: rows,
            targetIsEmpty: existing == 0, relationName: name)
    }
}
