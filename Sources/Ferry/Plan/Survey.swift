/// What the planner needs to know of both servers, gathered once, before anything is decided.
struct Survey: Sendable {
    var source: Catalog
    var target: Catalog
    var sourceSession: SessionFacts
    var targetSession: SessionFacts
    /// Whether both connections lead to one database.
    var isSameDatabase: Bool
    /// Why a second session can't read in the snapshot of the first; nil where it can.
    var snapshotRefusal: String?
    /// Whether the role may create tables in these schemas of the target; those it does not have are not among them.
    var mayCreateIn: [String: Bool]
    /// Whether the role may create temporary tables on the target.
    var mayCreateTemporary: Bool
    /// The extensions that tables to be made need.
    var extensions: [ExtensionNeed]
    /// Sparse vectors that hnsw indexes will not take, by table.
    var sparse: [QualifiedName: [SparseProbe.Finding]]
    /// Target tables that hold at least one row.
    var nonEmptyTargets: Set<QualifiedName>
    /// The bots that tables hold, by table; only read where the plan depends on them.
    var sourceBots: [QualifiedName: Set<String?>]
    var targetBots: [QualifiedName: Set<String?>]

    /// How one side's sessions come about.
    struct SessionFacts: Sendable {
        var host: String
        var usesTLS: Bool
        var pooler: Pooler

        /// Whether the traffic stays on this machine.
        var isLocal: Bool {
            host.hasPrefix("/") || host.isEmpty || host == "localhost" || host.hasPrefix("127.") || host == "::1"
        }
    }

    /// What stands between vecferry and the server.
    enum Pooler: Sendable {
        case none
        /// A session keeps its backend.
        case session
        /// A session's next transaction may run on another backend.
        case transaction
    }
}
