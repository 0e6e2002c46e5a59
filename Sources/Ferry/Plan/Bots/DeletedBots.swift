/// The bots that have rows, and that the application no longer has: their rows must not come back.
struct DeletedBots: Equatable {
    /// Their rows on the source, over all tables.
    let source: [String: Int]
    /// Their rows on the target.
    let target: [String: Int]

    /// The number of bots that a message names.
    private static let shown = 5

    /// - Parameters:
    ///   - app: The application's bots.
    ///   - source: The rows of each bot in the source's tables.
    ///   - target: The same of the target's tables.
    init(_ app: AppBots, source: some Sequence<[String?: Int]>, target: some Sequence<[String?: Int]>) {
        let ids = app.ids
        func deleted(_ tables: some Sequence<[String?: Int]>) -> [String: Int] {
            tables.reduce(into: [:]) { rows, table in
                for case (let bot?, let count) in table where !ids.contains(bot) { rows[bot, default: 0] += count }
            }
        }
        self.source = deleted(source)
        self.target = deleted(target)
    }

    /// The selection without those that one of these sides has rows of.
    func leftOut(of selection: TableSelection, on sides: Side...) -> TableSelection {
        var selection = selection
        selection.app = nil
        let bots = sides.flatMap { $0 == .source ? source.keys : target.keys }
        selection.excludedBots = Set(selection.excludedBots).union(bots).sorted()
        return selection
    }

    /// How many there are.
    var notes: [Note] { [onSource, onTarget].compactMap(\.self) }

    private var onSource: Note? {
        note(.source, source, ("is left out", "are left out"), "vecferry bots lists them.")
    }

    private var onTarget: Note? {
        note(
            .target, target, ("lies on the target", "lie on the target"),
            "The application no longer reads them. vecferry leaves them as they are.")
    }

    /// - Parameter what: What becomes of one row, and of several.
    private func note(_ side: Side, _ bots: [String: Int], _ what: (String, String), _ hint: String) -> Note? {
        guard !bots.isEmpty else { return nil }
        let rows = bots.values.reduce(0, +)
        return Note(
            level: .warning, code: .botsDeleted, side: side, table: nil,
            message:
                "\(Count.of(rows, "row")) of \(Count.of(bots.count, "bot")) that \(bots.count == 1 ? "was" : "were") deleted in "
                + "the application \(rows == 1 ? what.0 : what.1): \(names(bots)).", hint: hint)
    }

    private func names(_ bots: [String: Int]) -> String {
        bots.keys.sorted().prefix(Self.shown).joined(separator: ", ") + (bots.count > Self.shown ? ", \u{2026}" : "")
    }
}

extension DeletedBots {
    /// Reads the application's bots, and those that have rows in the selected tables of both sides.
    init(_ app: AppBotsSource, of selection: TableSelection, _ engine: Engine) throws(FerryError) {
        let bots = try app.read(engine.workers.interrupt)
        var rows: [Side: [[String?: Int]]] = [:]
        for endpoint in [engine.source.readOnly, engine.target.readOnly] {
            rows[endpoint.side] = try engine.workers.retrying { () throws(FerryError) in
                let session = try endpoint.connect()
                let catalog = try CatalogReader().read(session) { $0.chosen(selection) }
                var tables: [[String?: Int]] = []
                for table in TableSelector(selection: selection, catalog: catalog).choose().tables {
                    guard let scope = table.botScope, scope.isReadable(from: table.relation.name, in: catalog) else {
                        continue
                    }
                    tables.append(try scope.bots(of: table.relation, session))
                }
                return tables
            }
        }
        self.init(bots, source: rows[.source] ?? [], target: rows[.target] ?? [])
    }
}
