/// Brings the rows of one chunk into a table that holds rows already and has no bots to tell them apart by: by key,
/// through a temporary table.
///
/// It proves itself within the transaction: the digests of the rows that were left out and of those that the target
/// returned as inserted must add up to what the source sent.
struct KeyedMerge {
    /// The table, whose key both sides have.
    let pair: TablePair

    /// Where the chunk's rows come first.
    var staging: StagingTable { StagingTable(table: pair.name, columns: pair.columns.map(\.name)) }

    /// Merges what was staged.
    ///
    /// - Returns: The digest of the rows that were left out, because the target's row with their key stays.
    func run(_ staged: Digest, on target: borrowing Session) throws(FerryError) -> Digest {
        let kept = try clear(on: target)
        let inserted = try digest("\(staging.insertion) RETURNING \(staging.list("t"))", target)
        guard kept + inserted == staged else {
            throw FerryError(
                .malformedStream, "The rows that the target took by key are not the rows that were sent.",
                hint: "A trigger or a rule of the target may change rows; nothing of this chunk was kept.",
                side: .target)
        }
        return kept
    }

    /// Lets each key be there once: the staged rows, or the target's, go.
    ///
    /// - Returns: The digest of the staged rows that went.
    private func clear(on target: borrowing Session) throws(FerryError) -> Digest {
        let match = staging.match(pair.key ?? TableKey(columns: [], equalityOperators: []))
        let (rows, table) = (StagingTable.name, "\(pair.targetOnly)\(pair.name.quoted)")
        if pair.load == .keepKeys {
            return try digest(
                "DELETE FROM \(rows) AS s USING \(table) AS t WHERE \(match) RETURNING \(staging.list("s"))", target)
        }
        try target.execute("DELETE FROM \(table) AS t USING \(rows) AS s WHERE \(match)")
        return .zero
    }

    /// The digest of what a data-modifying statement returns.
    private func digest(_ statement: String, _ target: borrowing Session) throws(FerryError) -> Digest {
        try target.startCopy("COPY (\(statement)) TO STDOUT\(pair.format.copyOptions)", .out, .working)
        return try RowReader(fieldCount: pair.columns.count, format: pair.format).digest(from: target)
    }
}
