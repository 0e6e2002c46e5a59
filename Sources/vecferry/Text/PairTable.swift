import Ferry

/// The tables of a plan, an aligned line each, in natural order.
struct PairTable {
    /// The tables.
    let pairs: [TablePair]

    var lines: [Line] {
        let sorted = pairs.sorted { NaturalOrder.isBefore($0.name.description, $1.name.description) }
        let cells = sorted.map { pair in
            [
                pair.name.description.shown, PlanText.rows([pair]) + (pair.estimatedRows == 1 ? " " : ""),
                Units.bytes(pair.bytes),
                // Numbers stand below each other, and so do their units.
                Units.count(pair.chunkCount, "chunk", "chunks") + (pair.chunkCount == 1 ? " " : ""),
            ]
        }
        return zip(sorted, Columns(cells).aligned).map { pair, row in
            let rest = Self.facts(pair)
            return "\(row.first, .name)  \(row.rest)\(rest.isEmpty ? "" : "  " + rest)"
        }
    }

    /// What happens to a table beside its rows being appended.
    private static func facts(_ pair: TablePair) -> String {
        var facts = pair.embeddingColumns.map { column in
            column.dimensions.map { "\(column.vectorType?.rawValue ?? column.type)(\($0))" } ?? column.type
        }
        if pair.isCreated { facts.append("created") }
        switch pair.load {
        case .append: break
        case .truncate: facts.append("emptied first")
        case .keepBots, .keepKeys: facts.append("beside its rows")
        case .replaceBots, .replaceKeys: facts.append("replaces rows")
        }
        if pair.format == .text { facts.append("as text") }
        let builds = pair.indexes.count { $0.action != .keep }
        if builds > 0 { facts.append("\(Units.count(builds, "index", "indexes")) to build") }
        if !pair.constraints.isEmpty { facts.append(Units.count(pair.constraints.count, "constraint")) }
        if !pair.triggers.isEmpty { facts.append(Units.count(pair.triggers.count, "trigger")) }
        return facts.joined(separator: ", ")
    }
}
