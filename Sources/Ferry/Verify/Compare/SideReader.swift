/// One side of a comparison: its catalog, and sessions that all read in one snapshot of it.
struct SideReader: Sendable {
    /// The endpoint, which is read-only.
    let endpoint: Endpoint
    /// The keeper that holds the snapshot open, and takes another if it is lost.
    let keeper: SnapshotKeeper
    /// The snapshot to compare.
    let snapshot: Snapshot
    /// The catalog in that snapshot.
    let catalog: Catalog
    /// The expressions of the generated columns of the tables to compare, by table and column.
    let generation: [OID: [String: String]]

    /// The side of the endpoint.
    var side: Side { endpoint.side }

    /// Opens a session that reads in the snapshot.
    ///
    /// - Throws: An error if the snapshot was lost, as in a restart of the server, and the server was written to since: rows
    ///   read before and after would not be of one state.
    func connect() throws(FerryError) -> Session {
        let current = try keeper.snapshot()
        guard current.visibility == snapshot.visibility else {
            throw FerryError(
                .sourceChanged, "The snapshot was lost during the comparison, and the server was written to since.",
                hint: "Run the same command again.", side: side)
        }
        do throws(FerryError) {
            return try current.join(endpoint)
        } catch {
            throw keeper.judged(error, in: current)
        }
    }
}

/// Both sides of a comparison, and the workers that read them.
struct BothSides: Sendable {
    /// The source, which is the reference.
    let source: SideReader
    /// The target, which is compared with it.
    let target: SideReader
    /// The workers, with as many streams on each side.
    let workers: Workers

    /// The reader of a side.
    subscript(_ side: Side) -> SideReader { side == .source ? source : target }
}
