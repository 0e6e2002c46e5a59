internal import Postgres

/// The facts of both servers that the planner needs, gathered once, before anything is decided.
struct Survey: Sendable {
    /// The contents of the source.
    var source: Catalog
    /// The contents of the target.
    var target: Catalog
    /// The facts of sessions on the source.
    var sourceSession: SessionFacts
    /// The facts of sessions on the target.
    var targetSession: SessionFacts
    /// Whether both connections lead to one database.
    var isSameDatabase: Bool
    /// The reason why a second session can't read in the snapshot of the first; nil where it can.
    var snapshotRefusal: String?
    /// Whether the role may create tables in each schema of the target.
    var mayCreateIn: [String: Bool]
    /// Whether the role may create temporary tables on the target.
    var mayCreateTemporary: Bool
    /// The extensions that tables to be created require.
    var extensions: [ExtensionNeed]
    /// The objects that the definitions of tables to be created need.
    var needs: [DefinitionNeed] = []
    /// The names that tables to be created would take, and that something on the target has, with its kind.
    var takenNames: [QualifiedName: String] = [:]
    /// The target's tablespaces that the role may create in, as statements name them.
    var usableTablespaces: Set<String> = []
    /// Sparse vectors that hnsw indexes may not accept, by table.
    var sparse: [QualifiedName: [SparseProbe.Finding]]
    /// The rows whose values can't be converted as the operator asked, by table.
    var outOfRange: [QualifiedName: [OutOfRange]] = [:]
    /// What is known of searches, by table.
    var searchFacts: [QualifiedName: SearchFacts] = [:]
    /// The target tables that hold at least one row.
    var nonEmptyTargets: Set<QualifiedName>
    /// The application's bots; nil where they were not asked for.
    var appBots: AppBots?
    /// The number of rows of each bot in the source's tables, by table; nil stands for rows of no bot. Read only where the plan
    /// depends on them.
    var sourceBots: [QualifiedName: [String?: Int]]
    /// The same of the target's tables.
    var targetBots: [QualifiedName: [String?: Int]]

    /// The facts of one side's sessions.
    struct SessionFacts: Sendable {
        /// The host as libpq has it: a name, an address, or the directory of a socket.
        var host: String
        /// The protection of the traffic.
        var encryption: Encryption
        /// The pooler in between.
        var pooler: Pooler
        /// The roles that the session's role may become, and whose rights it has not got by itself (NOINHERIT).
        var otherRoles: [String] = []

        /// Whether the traffic stays on this machine.
        var isLocal: Bool {
            host.hasPrefix("/") || host.isEmpty || host == "localhost" || host.hasPrefix("127.") || host == "::1"
        }
    }

    /// The kind of pooler between vecferry and the server.
    enum Pooler: Sendable {
        /// No pooler.
        case none
        /// A pooler in session mode: a session keeps its backend.
        case session
        /// A pooler in transaction mode: a session's next transaction may run on another backend.
        case transaction
    }
}
