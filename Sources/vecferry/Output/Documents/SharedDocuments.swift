import Ferry

// Parts of several documents. The fields of a document are its JSON. They are separate from the engine's types, so that
// those can change while the JSON does not. A field that is nil is left out.

/// The name of a table, an index or a sequence.
struct NameDocument: Encodable {
    let schema: String
    let name: String

    init(_ name: QualifiedName) {
        schema = name.schema
        self.name = name.name
    }
}

/// A row count, and a sum as 32 hexadecimal digits.
struct DigestDocument: Encodable {
    let rows: Int
    let sum: String

    init(_ digest: Digest) {
        rows = digest.rows
        sum = digest.hex
    }
}

/// A blocker, a warning or a remark.
struct NoteDocument: Encodable {
    let level: String
    let code: String
    let side: String?
    let table: NameDocument?
    let message: String
    let hint: String?

    init(_ note: Note) {
        level = note.level.rawValue
        code = "\(note.code)"
        side = note.side?.rawValue
        table = note.table.map(NameDocument.init)
        message = note.message
        hint = note.hint
    }
}

/// One server.
struct ServerDocument: Encodable {
    let endpoint: String
    let versionNumber: Int
    let version: String
    let isAurora: Bool
    let database: String
    let user: String
    let isSuperuser: Bool
    let isInRecovery: Bool
    let encoding: String
    let systemIdentifier: String?
    let blockSizeBytes: Int
    let maxConnections: Int
    let sharedBuffersBytes: Int
    let maintenanceWorkMemBytes: Int
    let maxParallelMaintenanceWorkers: Int
    let maxParallelWorkers: Int
    let maxWorkerProcesses: Int
    /// pgvector's version, such as `0.8.5`.
    let vectorVersion: String?
    let vectorSchema: String?
    let mayCreateSchema: Bool
    let mayKeepLedger: Bool
    let hasLedgerSchema: Bool

    init(_ server: ServerInfo) {
        endpoint = server.endpoint
        versionNumber = server.versionNumber
        version = server.version
        isAurora = server.isAurora
        database = server.database
        user = server.user
        isSuperuser = server.isSuperuser
        isInRecovery = server.isInRecovery
        encoding = server.encoding
        systemIdentifier = server.systemIdentifier
        blockSizeBytes = server.blockSize
        maxConnections = server.maxConnections
        sharedBuffersBytes = server.sharedBuffers
        maintenanceWorkMemBytes = server.maintenanceWorkMem
        maxParallelMaintenanceWorkers = server.maxParallelMaintenanceWorkers
        maxParallelWorkers = server.maxParallelWorkers
        maxWorkerProcesses = server.maxWorkerProcesses
        vectorVersion = server.vectorVersion.map { "\($0)" }
        vectorSchema = server.vectorSchema
        mayCreateSchema = server.mayCreateSchema
        mayKeepLedger = server.mayKeepLedger
        hasLedgerSchema = server.hasLedgerSchema
    }
}

/// Times as programs read them.
enum ISOTime {
    /// The time of the engine's `2026-11-29 09:38:05 UTC` as `2026-11-29T09:38:05Z` (ISO 8601). A time of another form stays as it is.
    static func of(_ time: String) -> String {
        let parts = time.split(separator: " ")
        guard parts.count == 3, parts[2] == "UTC" else { return time }
        return "\(parts[0])T\(parts[1])Z"
    }
}
