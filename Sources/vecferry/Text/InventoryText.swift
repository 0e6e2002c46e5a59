import Ferry

/// What is not copied, under a heading: a line for each kind and reason.
struct InventoryText {
    /// The number of names in a line; the rest are counted.
    static let few = 10

    /// The account of the source's database.
    let inventory: Inventory
    /// Whether every name is listed, however many there are.
    var showsAll = false

    /// The heading below an empty line, and the groups; no lines if everything is copied.
    var lines: [Line] {
        guard !inventory.entries.isEmpty else { return [] }
        var groups: [[Inventory.Entry]] = []
        for entry in inventory.entries {
            if let index = groups.firstIndex(where: { Self.isOneGroup($0[0], entry) }) {
                groups[index].append(entry)
            } else {
                groups.append([entry])
            }
        }
        return [.empty, Line("Not copied", .name)] + groups.map(line)
    }

    private static func isOneGroup(_ left: Inventory.Entry, _ right: Inventory.Entry) -> Bool {
        left.kind == right.kind && left.reason == right.reason && left.holdsVectors == right.holdsVectors
    }

    private func line(_ group: [Inventory.Entry]) -> Line {
        let first = group[0]
        guard first.name != nil else {
            return "- \(Units.count(first.rows ?? 0, first.kind)): \(Self.reason(first))"
        }
        let shown = showsAll ? group[...] : group.prefix(Self.few)
        var names = shown.map(Self.name).joined(separator: ", ")
        if shown.count < group.count { names += " and \(Units.count(group.count - shown.count)) more" }
        let plural = Self.plural(of: first.kind)
        let vectors = first.holdsVectors ? " with vectors" : ""
        return "- \(Units.count(group.count, first.kind, plural))\(vectors), \(Self.reason(first)): \(names)"
    }

    private static func name(_ entry: Inventory.Entry) -> String {
        guard let rows = entry.rows, let bytes = entry.bytes else { return entry.name ?? "" }
        let amount = rows < 0 ? Units.bytes(bytes) : "about \(Units.count(rows, "row"))"
        return "\(entry.name ?? "") (\(amount))"
    }

    /// Why it is not copied, as the end of a sentence.
    static func reason(_ entry: Inventory.Entry) -> String {
        switch entry.reason {
        case .notChosen: "not chosen (--table or --all adds it)"
        case .excluded: "left out by --exclude-table"
        case .notCarried: "not carried over"
        case .notSet: "not set, since no column uses it"
        case .notRefreshed: "not refreshed on the target"
        case .notCreated: "not on the target, and not created"
        }
    }

    private static func plural(of kind: String) -> String {
        switch kind {
        case "extended statistics", "default privileges": kind
        case "policy": "policies"
        case "operator class": "operator classes"
        case "text search dictionary": "text search dictionaries"
        default: kind + "s"
        }
    }
}
