/// The facts of one server: its identity, its capacity and the role's rights.
public struct ServerInfo: Sendable, Equatable {
    /// The address as `host:port/database`.
    public var endpoint: String
    /// The version as a number, such as 150005 for 15.5.
    public var versionNumber: Int
    /// The version as text, such as `15.5`.
    public var version: String
    /// Whether it is Amazon Aurora.
    public var isAurora: Bool
    /// The database's name.
    public var database: String
    /// The role whose rights count, as `current_user` gives it.
    public var user: String
    /// Whether that role is a superuser.
    public var isSuperuser: Bool
    /// Whether it is a standby, which accepts no writes.
    public var isInRecovery: Bool
    /// Whether a session of the role begins read-only there (`default_transaction_read_only`).
    public var beginsReadOnly = false
    /// The database's encoding, such as `UTF8`.
    public var encoding: String
    /// The system identifier of `pg_control_system()`; nil where the role may not read it. A restored snapshot keeps its
    /// origin's.
    public var systemIdentifier: String?
    /// The page size in bytes.
    public var blockSize: Int
    /// `max_connections`
    public var maxConnections: Int
    /// `shared_buffers` in bytes.
    public var sharedBuffers: Int
    /// `maintenance_work_mem` of the session in bytes.
    public var maintenanceWorkMem: Int
    /// `max_parallel_maintenance_workers` of the session: the workers of one index build.
    public var maxParallelMaintenanceWorkers: Int
    /// `max_parallel_workers`: the parallel workers of all statements together.
    public var maxParallelWorkers: Int
    /// `max_worker_processes`: the background processes of every kind.
    public var maxWorkerProcesses: Int
    /// What becomes of long values; nil before PostgreSQL 14, and in the plan of a job of an older vecferry.
    public var toast: ToastDefault?
    /// pgvector's version; nil where the database lacks the extension.
    public var vectorVersion: PgvectorVersion?
    /// The schema of pgvector's types.
    public var vectorSchema: String?
    /// Whether the role has CREATE on the database.
    public var mayCreateSchema: Bool
    /// Whether the role may keep a ledger in schema `vecferry`, which exists or may be created.
    public var mayKeepLedger: Bool
    /// Whether schema `vecferry` exists.
    public var hasLedgerSchema: Bool

    /// Whether the planner reads a range of `ctid` without reading the whole table: PostgreSQL 14 and later do (release notes
    /// of 14, "TID Range Scan").
    public var hasTIDRangeScan: Bool { versionNumber >= 140_000 }

    /// Whether the owner of a partition may disable its clones of the parent's row triggers: before 15 those count as the
    /// system's (`pg_trigger.tgisinternal`; commands/trigger.c, EnableDisableTrigger).
    var letsOwnersDisablePartitionTriggers: Bool { versionNumber >= 150_000 }
}

/// pgvector's version, such as 0.8.5.
public struct PgvectorVersion: Comparable, Sendable, CustomStringConvertible {
    /// The major number, such as 0 of 0.8.5.
    public var major: Int
    /// The minor number, such as 8 of 0.8.5.
    public var minor: Int
    /// The patch number, such as 5 of 0.8.5.
    public var patch: Int

    /// Takes the numbers in the order in which they are written.
    public init(_ major: Int, _ minor: Int, _ patch: Int) {
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    /// Parses `0.8.5`; a missing part counts as 0.
    public init(parsing text: String) {
        let parts = text.split(separator: ".").map { Int($0.prefix { $0.isNumber }) ?? 0 } + [0, 0, 0]
        self.init(parts[0], parts[1], parts[2])
    }

    public var description: String { "\(major).\(minor).\(patch)" }

    public static func < (left: PgvectorVersion, right: PgvectorVersion) -> Bool {
        (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
    }
}
