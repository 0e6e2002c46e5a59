/// The statements in this folder, embedded at build time: what an audit reads here is what runs.
public enum Statements {
    /// The settings of every session.
    public static let session = text(PackageResources.session_sql)
    /// Sets the search path of the app's own statements, for a role: without its last semicolon, and with `:owner` in it.
    public static let ownPath = text(PackageResources.own_path_sql)
    /// The session that keeps a statement waiting for a lock on a table.
    public static let tableLockHolder = text(PackageResources.table_lock_holder_sql)

    // MARK: catalog/

    /// The server's version and limits, and the role's privileges.
    public static let server = text(PackageResources.server_sql)
    /// The tables of a database, with their sizes and privileges.
    public static let relations = text(PackageResources.relations_sql)
    /// The columns of tables.
    public static let columns = text(PackageResources.columns_sql)
    /// The indexes of tables.
    public static let indexes = text(PackageResources.indexes_sql)
    /// The foreign keys of tables.
    public static let foreignKeys = text(PackageResources.foreign_keys_sql)
    /// The triggers and rules of tables.
    public static let triggers = text(PackageResources.triggers_sql)
    /// The functions of other roles that run when rows of tables change.
    public static let functions = text(PackageResources.functions_sql)
    /// All sequences, with the columns that take their values from them.
    public static let sequences = text(PackageResources.sequences_sql)
    /// All that a database holds besides tables and sequences.
    public static let objects = text(PackageResources.objects_sql)
    /// The extensions that tables use.
    public static let extensions = text(PackageResources.extensions_sql)
    /// Names and comments of types that are to be created.
    public static let userTypes = text(PackageResources.user_types_sql)

    /// The users' objects that the definitions of tables need.
    public static let needs = text(PackageResources.needs_sql)
    /// Which of some objects a database has.
    public static let present = text(PackageResources.present_sql)
    /// The names among some that are taken.
    public static let takenNames = text(PackageResources.taken_names_sql)

    // MARK: ledger/

    /// Whether the ledger exists, and whether it is to be trusted.
    public static let ledgerTrust = text(PackageResources.trust_sql)
    /// Creates the ledger's tables.
    public static let ledger = text(PackageResources.schema_sql)
    /// The other roles that have privileges on them.
    public static let ledgerGrantees = text(PackageResources.grantees_sql)
    /// Upgrades a ledger of an older format to these tables.
    public static let ledgerUpgrade = text(PackageResources.upgrade_sql)
    /// Creates the record of tuning.
    public static let tuning = text(PackageResources.tuning_sql)
    /// Creates the record of processes.
    public static let run = text(PackageResources.run_sql)
    /// Creates the record of how many streams processes are asked to have.
    public static let runStreams = text(PackageResources.run_streams_sql)
    /// The processes that worked on a job.
    public static let runs = text(PackageResources.runs_sql)
    /// Adds the chunks of a job.
    public static let insertChunks = text(PackageResources.insert_chunks_sql)
    /// Adds the definitions that a job saves.
    public static let insertDefinitions = text(PackageResources.insert_definitions_sql)
    /// The session that holds vecferry's lock.
    public static let lockHolder = text(PackageResources.lock_holder_sql)

    // MARK: hosts/

    /// Creates the record of epochs, workers and claims.
    public static let hosts = text(PackageResources.tables_sql)
    /// Begins an epoch.
    public static let beginEpoch = text(PackageResources.begin_sql)
    /// The epoch that workers can join.
    public static let openEpoch = text(PackageResources.epoch_sql)
    /// Renews a worker's lease, and reads its epoch.
    public static let heartbeat = text(PackageResources.heartbeat_sql)
    /// Claims chunks.
    public static let claim = text(PackageResources.claim_sql)
    /// The claims that are not done.
    public static let openClaims = text(PackageResources.board_sql)
    /// The chunks of claims that are done.
    public static let doneClaims = text(PackageResources.done_sql)
    /// The workers of a job.
    public static let workers = text(PackageResources.workers_sql)

    // MARK: job/

    /// The relations that hold the rows of loaded tables.
    public static let loadedParts = text(PackageResources.loaded_parts_sql)
    /// The foreign keys that reference tables.
    public static let referrers = text(PackageResources.referrers_sql)

    // MARK: index/

    /// The progress of index builds.
    public static let indexProgress = text(PackageResources.progress_sql)
    /// The indexes that a killed concurrent build left behind.
    public static let indexLeftovers = text(PackageResources.leftovers_sql)

    // MARK: status/

    /// All jobs.
    public static let statusJobs = text(PackageResources.jobs_sql)
    /// How much of a job is done.
    public static let statusChunks = text(PackageResources.chunks_sql)
    /// The index builds that are under way.
    public static let statusBuilds = text(PackageResources.builds_sql)
    /// What a target has to do besides a copy.
    public static let targetLoad = text(PackageResources.load_sql)
    /// The commits of a job's chunks.
    public static let statusCommits = text(PackageResources.commits_sql)

    // MARK: search/

    /// Gives a transaction the settings under which a role searches.
    public static let searchSettings = text(PackageResources.settings_sql)

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
