/// A plan as stored in the ledger.
struct StoredPlan: StoredDocument, Equatable {
    var format: Int?
    var vecferry: String?
    var source: StoredServer
    var target: StoredServer
    var request: StoredRequest
    var pairs: [StoredPair]
    var notes: [StoredNote]
    var inventory: StoredInventory?
    /// nil leaves the server's.
    var toastMethod: StoredWord<ToastMethod>?

    /// Leaves out the statements that the ledger holds as saved definitions.
    init(_ plan: Plan) {
        format = Ledger.format
        vecferry = Engine.version
        source = StoredServer(plan.source)
        target = StoredServer(plan.target)
        request = StoredRequest(plan.request)
        pairs = plan.pairs.map(StoredPair.init)
        notes = plan.notes.map(StoredNote.init)
        inventory = plan.inventory.map(StoredInventory.init)
        toastMethod = plan.toastMethod.map(StoredWord.init)
    }

    /// The engine's plan.
    ///
    /// - Parameter saved: The saved definitions of the same job, in any order.
    func plan(_ saved: [SavedDefinition]) throws(StoredFault) -> Plan {
        var statements = SavedStatements(saved)
        var plan = Plan(
            source: source.server, target: target.server, request: request.request, pairs: [],
            notes: notes.map(\.note), inventory: inventory?.inventory, toastMethod: toastMethod?.value)
        for (position, pair) in pairs.enumerated() {
            guard pair.number == position else { throw .damaged }
            plan.pairs.append(try pair.pair(&statements))
        }
        return plan
    }
}

/// Hands out the statements of a job's saved definitions: those of each kind in the plan's order.
struct SavedStatements {
    private var rest: [SavedDefinition.Kind: ArraySlice<SavedDefinition>]

    init(_ saved: [SavedDefinition]) {
        rest = Dictionary(grouping: saved, by: \.kind).mapValues { $0.sorted { $0.number < $1.number }[...] }
    }

    /// - Throws: ``StoredFault/damaged`` if the ledger has another definition in that place, or none.
    mutating func next(
        _ kind: SavedDefinition.Kind, pair: PairNumber, relation: QualifiedName, name: String
    ) throws(StoredFault) -> [String] {
        guard let definition = rest[kind]?.popFirst(), definition.pair == pair, definition.relation == relation,
            definition.name == name
        else { throw .damaged }
        return definition.statements
    }
}

/// A note of a plan or a report, as stored in the ledger.
struct StoredNote: Codable, Sendable, Equatable {
    var level: StoredWord<Note.Level>
    var code: String
    var side: StoredWord<Side>?
    var table: StoredName?
    var message: String
    var hint: String?

    init(_ note: Note) {
        level = StoredWord(note.level)
        code = note.code.description
        side = note.side.map(StoredWord.init)
        table = note.table.map(StoredName.init)
        message = note.message
        hint = note.hint
    }

    /// The engine's note; its code may be one that this vecferry does not know.
    var note: Note {
        Note(
            level: level.value, code: Note.Code(description: code), side: side?.value, table: table?.name,
            message: message, hint: hint)
    }
}

/// A qualified name, as stored in the ledger.
struct StoredName: Codable, Sendable, Equatable {
    private enum CodingKeys: String, CodingKey {
        case schema
        case ownName = "name"
    }

    var schema: String
    var ownName: String

    init(_ name: QualifiedName) {
        schema = name.schema
        ownName = name.name
    }

    /// The engine's name.
    var name: QualifiedName { QualifiedName(schema: schema, name: ownName) }
}

/// A server at the time of the plan, as stored in the ledger.
struct StoredServer: Codable, Sendable, Equatable {
    var endpoint: String
    var versionNumber: Int
    var version: String
    var isAurora: Bool
    var database: String
    var user: String
    var isSuperuser: Bool
    var isInRecovery: Bool
    /// nil stands for false, as in formats before 4.
    var beginsReadOnly: Bool?
    var encoding: String
    var systemIdentifier: String?
    var blockSize: Int
    var maxConnections: Int
    var sharedBuffers: Int
    var maintenanceWorkMem: Int
    var maxParallelMaintenanceWorkers: Int
    var maxParallelWorkers: Int
    var maxWorkerProcesses: Int
    var vectorVersion: StoredVersion?
    var vectorSchema: String?
    var mayCreateSchema: Bool
    var mayKeepLedger: Bool
    var hasLedgerSchema: Bool

    init(_ server: ServerInfo) {
        endpoint = server.endpoint
        versionNumber = server.versionNumber
        version = server.version
        isAurora = server.isAurora
        database = server.database
        user = server.user
        isSuperuser = server.isSuperuser
        isInRecovery = server.isInRecovery
        beginsReadOnly = server.beginsReadOnly ? true : nil
        encoding = server.encoding
        systemIdentifier = server.systemIdentifier
        blockSize = server.blockSize
        maxConnections = server.maxConnections
        sharedBuffers = server.sharedBuffers
        maintenanceWorkMem = server.maintenanceWorkMem
        maxParallelMaintenanceWorkers = server.maxParallelMaintenanceWorkers
        maxParallelWorkers = server.maxParallelWorkers
        maxWorkerProcesses = server.maxWorkerProcesses
        vectorVersion = server.vectorVersion.map(StoredVersion.init)
        vectorSchema = server.vectorSchema
        mayCreateSchema = server.mayCreateSchema
        mayKeepLedger = server.mayKeepLedger
        hasLedgerSchema = server.hasLedgerSchema
    }

    /// The engine's server.
    var server: ServerInfo {
        ServerInfo(
            endpoint: endpoint, versionNumber: versionNumber, version: version, isAurora: isAurora, database: database,
            user: user, isSuperuser: isSuperuser, isInRecovery: isInRecovery,
            beginsReadOnly: beginsReadOnly ?? false, encoding: encoding,
            systemIdentifier: systemIdentifier, blockSize: blockSize, maxConnections: maxConnections,
            sharedBuffers: sharedBuffers, maintenanceWorkMem: maintenanceWorkMem,
            maxParallelMaintenanceWorkers: maxParallelMaintenanceWorkers, maxParallelWorkers: maxParallelWorkers,
            maxWorkerProcesses: maxWorkerProcesses, vectorVersion: vectorVersion?.version, vectorSchema: vectorSchema,
            mayCreateSchema: mayCreateSchema, mayKeepLedger: mayKeepLedger, hasLedgerSchema: hasLedgerSchema)
    }
}

/// A version of pgvector, as stored in the ledger.
struct StoredVersion: Codable, Sendable, Equatable {
    var major: Int
    var minor: Int
    var patch: Int

    init(_ version: PgvectorVersion) {
        (major, minor, patch) = (version.major, version.minor, version.patch)
    }

    /// The engine's version.
    var version: PgvectorVersion { PgvectorVersion(major, minor, patch) }
}
