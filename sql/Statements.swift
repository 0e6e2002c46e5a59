/// The statements in this folder, embedded at build time: what an audit reads here is what runs.
public enum Statements {
    public static let session = text(PackageResources.session_sql)
    public static let server = text(PackageResources.server_sql)
    public static let relations = text(PackageResources.relations_sql)
    public static let columns = text(PackageResources.columns_sql)
    public static let indexes = text(PackageResources.indexes_sql)
    public static let foreignKeys = text(PackageResources.foreign_keys_sql)
    public static let triggers = text(PackageResources.triggers_sql)
    public static let sequences = text(PackageResources.sequences_sql)
    public static let extensions = text(PackageResources.extensions_sql)
    public static let userTypes = text(PackageResources.user_types_sql)
    /// The ledger's schema, in the target database.
    public static let ledger = text(PackageResources.schema_sql)
    /// Upgrades a ledger of an older format to that schema.
    public static let ledgerUpgrade = text(PackageResources.upgrade_sql)
    public static let insertChunks = text(PackageResources.insert_chunks_sql)
    public static let referrers = text(PackageResources.referrers_sql)
    public static let lockHolder = text(PackageResources.lock_holder_sql)
    /// The session that keeps a statement waiting.
    public static let tableLockHolder = text(PackageResources.table_lock_holder_sql)

    /// The relations that hold the rows of loaded tables.
    public static let loadedParts = text(PackageResources.loaded_parts_sql)

    /// The progress of index builds.
    public static let indexProgress = text(PackageResources.progress_sql)
    /// The indexes that a killed concurrent build left behind.
    public static let indexLeftovers = text(PackageResources.leftovers_sql)

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
