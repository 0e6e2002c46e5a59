import Ferry

/// The JSON of `plan`, and of a copy that is refused.
struct PlanDocument: Encodable {
    let source: ServerDocument
    let target: ServerDocument
    let request: RequestDocument
    let pairs: [PairDocument]
    let notes: [NoteDocument]
    let inventory: InventoryDocument?
    /// The method of compression that sessions set which load rows.
    let toastCompression: String?

    init(_ plan: Plan) {
        source = ServerDocument(plan.source)
        target = ServerDocument(plan.target)
        request = RequestDocument(plan.request)
        pairs = plan.pairs.map(PairDocument.init)
        notes = plan.notes.map(NoteDocument.init)
        inventory = plan.inventory.map(InventoryDocument.init)
        toastCompression = plan.toastMethod?.rawValue
    }
}

/// The request that the operator made.
struct RequestDocument: Encodable {
    /// The tables and bots.
    struct Selection: Encodable {
        let tables: [String]
        let excluded: [String]
        let all: Bool
        let botColumn: String?
        let bots: [String]?
    }

    /// The options of vector index builds.
    struct Index: Encodable {
        let lists: Lists
        let method: String
        let hnswM: Int?
        let hnswEfConstruction: Int?
        let maintenanceWorkMemBytes: Int?
        let workers: Int?
        let online: Bool
    }

    /// The number of an ivfflat index's lists: `keep`, `auto`, or `fixed` with a count.
    struct Lists: Encodable {
        let mode: String
        let count: Int?
    }

    let selection: Selection
    let existing: String
    let create: Bool
    let chunkBytes: Int
    let index: Index
    let toastCompression: String

    init(_ request: CopyRequest) {
        let selected = request.selection
        selection = Selection(
            tables: selected.tables, excluded: selected.excluded, all: selected.all, botColumn: selected.botColumn,
            bots: selected.bots)
        existing = request.existing.rawValue
        create = request.create
        chunkBytes = request.chunkBytes
        toastCompression = request.toastCompression.rawValue
        let built = request.index
        let lists: Lists =
            switch built.lists {
            case .keep: Lists(mode: "keep", count: nil)
            case .auto: Lists(mode: "auto", count: nil)
            case .fixed(let count): Lists(mode: "fixed", count: count)
            }
        index = Index(
            lists: lists, method: built.method.rawValue, hnswM: built.hnswM,
            hnswEfConstruction: built.hnswEfConstruction, maintenanceWorkMemBytes: built.maintenanceWorkMem,
            workers: built.workers, online: built.online)
    }
}
