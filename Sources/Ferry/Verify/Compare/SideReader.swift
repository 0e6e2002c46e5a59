/// One side of a comparison: its catalog, and sessions that all read in one snapshot of it.
struct SideReader: Sendable {
    /// Read-only.
    let endpoint: Endpoint
    /// Holds the snapshot open, and takes another where it is lost.
    let keeper: SnapshotKeeper
    /// The snapshot that the comparison is of.
    let snapshot: Snapshot
    /// What the side held in that snapshot.
    let catalog: Catalog

    /// Which one.
    var side: Side { endpoint.side }

    /// Opens a session that reads in the snapshot.
    ///
    /// - Throws: Where the snapshot was lost, as in a restart of the server, and somebody has written since: what was read
    ///   before and what would be read now are not of one state.
    func connect() throws(FerryError) -> Session {
        let current = try keeper.snapshot()
        guard current.visibility == snapshot.visibility else {
            throw FerryError(
                .sourceChanged, "The snapshot was lost while rows were compared, and the server was written to since.",
                hint: "Run the same command again.", side: side)
        }
        do throws(FerryError) {
            return try current.join(endpoint)
        } catch {
            throw keeper.judged(error, in: current)
        }
    }
}

/// Both sides of a comparison, and how they are read.
struct BothSides: Sendable {
    /// The one that is right.
    let source: SideReader
    /// The one that is compared with it.
    let target: SideReader
    /// Its streams are those on each side.
    let workers: Workers

    /// The reader of a side.
    subscript(_ side: Side) -> SideReader { side == .source ? source : target }
}
