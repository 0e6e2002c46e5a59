/// What one server is and what it can bear.
public struct ServerInfo: Sendable, Equatable {
    /// `host:port/database`
    public var endpoint: String
    /// 150005 for 15.5
    public var versionNumber: Int
    /// `15.5`
    public var version: String
    /// Whether it is Amazon Aurora.
    public var isAurora: Bool
    /// The database's name.
    public var database: String
    /// The role whose rights count, as `current_user` gives it.
    public var user: String
    /// Whether that role is a superuser.
    public var isSuperuser: Bool
    /// Whether it is a standby, which takes no writes.
    public var isInRecovery: Bool
    /// The database's encoding, such as `UTF8`.
    public var encoding: String
    /// From `pg_control_system()`; nil where the role may not read it. A restored snapshot keeps its origin's.
    public var systemIdentifier: String?
    /// Bytes in a page.
    public var blockSize: Int
    /// Sessions that the server takes, all together.
    public var maxConnections: Int
    /// Bytes.
    public var sharedBuffers: Int
    /// Bytes, as the session has it.
    public var maintenanceWorkMem: Int
    /// Workers of one index build, as the session has it.
    public var maxParallelMaintenanceWorkers: Int
    /// Parallel workers of all statements together.
    public var maxParallelWorkers: Int
    /// Background processes of every kind.
    public var maxWorkerProcesses: Int
    /// pgvector's version, nil where the extension is not created in this database.
    public var vectorVersion: PgvectorVersion?
    /// The schema that pgvector's types live in.
    public var vectorSchema: String?
    /// CREATE on the database.
    public var mayCreateSchema: Bool
    /// Whether schema `vecferry` is there, or may be created, for this role to keep a ledger in.
    public var mayKeepLedger: Bool
    /// Whether schema `vecferry` is there.
    public var hasLedgerSchema: Bool

    /// PostgreSQL 14 is the first whose planner reads a range of `ctid` without reading the whole table (release notes of
    /// 14, "TID Range Scan").
    public var hasTIDRangeScan: Bool { versionNumber >= 140_000 }

    /// Whether the owner of a partition may switch off what it has of its table's row triggers: before 15 those count as the
    /// system's (`pg_trigger.tgisinternal`; commands/trigger.c, EnableDisableTrigger).
    var letsOwnersDisablePartitionTriggers: Bool { versionNumber >= 150_000 }
}

/// pgvector's version, such as 0.8.5.
public struct PgvectorVersion: Comparable, Sendable, CustomStringConvertible {
    /// 0 of 0.8.5.
    public var major: Int
    /// 8 of 0.8.5.
    public var minor: Int
    /// 5 of 0.8.5.
    public var patch: Int

    /// In the order in which they are written.
    public init(_ major: Int, _ minor: Int, _ patch: Int) {
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    /// Reads `0.8.5`; a missing part counts as 0.
    public init(parsing text: String) {
        let parts = text.split(separator: ".").map { Int($0.prefix { $0.isNumber }) ?? 0 } + [0, 0, 0]
        self.init(parts[0], parts[1], parts[2])
    }

    public var description: String { "\(major).\(minor).\(patch)" }

    public static func < (left: PgvectorVersion, right: PgvectorVersion) -> Bool {
        (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
    }
}
