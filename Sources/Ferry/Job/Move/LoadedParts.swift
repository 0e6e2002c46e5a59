internal import Postgres
internal import SQLStatements

/// Determines the ranges to read back of loaded pairs, from the relations that hold their rows and their present sizes.
struct LoadedParts {
    /// The plan of the job.
    let plan: Plan

    /// - Returns: The ranges of each pair, by its number; nil for one whose table is gone.
    func read(_ pairs: [TablePair], over session: borrowing Session) throws(FerryError) -> [PairNumber: [RangeRead]?] {
        guard !pairs.isEmpty else { return [:] }
        let rows = try session.query(Statements.loadedParts, [ArrayText.format(pairs.map(\.name.quoted))])
        var ranges: [PairNumber: [RangeRead]?] = [:]
        for pair in pairs { ranges[pair.number] = .some(nil) }
        for row in rows {
            let pair = pairs[try row.int("position", as: Int.self) - 1]
            var known = (ranges[pair.number] ?? nil) ?? []
            if try row.optional("name") != nil {
                let part = SourcePart(
                    relation: try row.name(), pages: try row.int("pages"), bytes: try row.int("bytes"),
                    chunkBytes: plan.request.chunkBytes, server: plan.target)
                known += part.cut(pair.readBackQuery(part.relation)).map { query, _ in
                    RangeRead(table: pair.number, query: query, bytes: part.chunkSize)
                }
            }
            ranges[pair.number] = known
        }
        return ranges
    }
}
