/// Cuts the rows of a table into ranges of pages that can be read side by side.
struct RowRanges {
    /// Of the side that is read.
    let catalog: Catalog
    /// Bytes of heap and TOAST in one range.
    let chunkBytes: Int

    /// What to read, on either side, to see every row of `relation` that `filter` lets through once.
    func queries(of relation: Relation, pair: TablePair, filter: BotFilter) -> [(query: RowQuery, bytes: Int)] {
        catalog.leaves(of: relation).flatMap { leaf in
            let whole = RowQuery(
                relation: leaf.name, columns: pair.columns.map(\.name), format: pair.format, botScope: pair.botScope,
                filter: filter)
            let part = SourcePart(leaf, chunkBytes: chunkBytes, server: catalog.server)
            return part.ranges.map { range in
                var query = whole
                query.pages = range
                return (query, part.bytes / part.chunkCount)
            }
        }
    }
}
