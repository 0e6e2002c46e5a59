/// What a plan does not copy, as stored in the ledger.
struct StoredInventory: Codable, Sendable, Equatable {
    /// Something that is not copied.
    struct Entry: Codable, Sendable, Equatable {
        var kind: String
        var name: String?
        var reason: StoredWord<Inventory.Reason>
        var rows: Int?
        var bytes: Int?
        var holdsVectors: Bool
    }

    var tables: Int
    var entries: [Entry]

    init(_ inventory: Inventory) {
        tables = inventory.tables
        entries = inventory.entries.map { entry in
            Entry(
                kind: entry.kind, name: entry.name, reason: StoredWord(entry.reason), rows: entry.rows,
                bytes: entry.bytes, holdsVectors: entry.holdsVectors)
        }
    }

    /// The engine's inventory.
    var inventory: Inventory {
        Inventory(
            tables: tables,
            entries: entries.map { entry in
                Inventory.Entry(
                    kind: entry.kind, name: entry.name, reason: entry.reason.value, rows: entry.rows,
                    bytes: entry.bytes,
                    holdsVectors: entry.holdsVectors)
            })
    }
}
