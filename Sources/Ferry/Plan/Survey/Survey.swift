/// What the planner needs to know of both servers, gathered once, before anything is decided.
struct Survey: Sendable {
    /// What the source holds.
    var source: Catalog
    /// What the target holds.
    var target: Catalog
    /// How sessions on the source come about.
    var sourceSession: SessionFacts
    /// How sessions on the target come about.
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
    /// See ``sourceBots``.
    var targetBots: [QualifiedName: Set<String?>]

    /// How one side's sessions come about.
    struct SessionFacts: Sendable {
        /// As libpq has it: a name, an address, or the folder of a socket.
        var host: String
        /// Whether the session is encrypted.
        var usesTLS: Bool
        /// What stands in between.
        var pooler: Pooler

        /// Whether the traffic stays on this machine.
        var isLocal: Bool {
            host.hasPrefix("/") || host.isEmpty || host == "localhost" || host.hasPrefix("127.") || host == "::1"
        }
    }

    /// What stands between vecferry and the server.
    enum Pooler: Sendable {
        /// Nothing.
        case none
        /// A session keeps its backend.
        case session
        /// A session's next transaction may run on another backend.
        case transaction
    }
}
