import Ferry

/// The JSON of what is not copied.
struct InventoryDocument: Encodable {
    /// Something that is not copied.
    struct Entry: Encodable {
        let kind: String
        let name: String?
        let reason: String
        /// The planner's estimate, where it is known; the number of things without a name.
        let rows: Int?
        let bytes: Int?
        let holdsVectors: Bool
    }

    /// The number of tables of the source.
    let tables: Int
    let notCopied: [Entry]

    init(_ inventory: Inventory) {
        tables = inventory.tables
        notCopied = inventory.entries.map { entry in
            Entry(
                kind: entry.kind, name: entry.name, reason: entry.reason.rawValue,
                rows: entry.rows.flatMap { $0 < 0 ? nil : $0 }, bytes: entry.bytes,
                holdsVectors: entry.holdsVectors)
        }
    }
}
