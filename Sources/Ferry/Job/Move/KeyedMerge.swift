/// Merges the rows of one chunk by key, through a temporary table, into a table that already holds rows and belongs to no
/// bots.
///
/// It proves the result within the transaction: the digests of the rows left out and of the rows that the target returned as
/// inserted must add up to that of the rows received from the source.
struct KeyedMerge {
    /// The table, whose key both sides have.
    let pair: TablePair

    /// The temporary table that takes the chunk's rows first.
    var staging: StagingTable {
        StagingTable(
            table: pair.name, columns: pair.columns.map(\.name),
            toastMethods: pair.columns.reduce(into: [:]) { $0[$1.name] = $1.toastMethod })
    }

    /// Merges the staged rows.
    ///
    /// - Returns: The digest of the rows left out, because the target's row with their key stays.
    func run(_ staged: Digest, on target: borrowing Session) throws(FerryError) -> Digest {
        let kept = try clear(on: target)
        let inserted = try digest("\(staging.insertion) RETURNING \(staging.list("t"))", target)
        guard kept + inserted == staged else {
            throw FerryError(
                .malformedStream, "The rows that the target inserted differ from the rows that were sent.",
                hint: "Check for a trigger or a rule on the target that changes rows. No row of this chunk was kept.",
                side: .target)
        }
        return kept
    }

    /// Makes each key unique: deletes the staged rows, or the target's, where both have the key.
    ///
    /// - Returns: The digest of the deleted staged rows.
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

    /// The digest of the rows that a data-modifying statement returns.
    private func digest(_ statement: String, _ target: borrowing Session) throws(FerryError) -> Digest {
        try target.startCopy("COPY (\(statement)) TO STDOUT\(pair.format.copyOptions)", .out, .working)
        return try RowReader(fieldCount: pair.columns.count, format: pair.format).digest(from: target)
    }
}
