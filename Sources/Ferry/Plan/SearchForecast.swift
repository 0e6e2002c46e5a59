/// Says before a copy what an ivfflat index will find once it is built on the rows. It does no I/O.
struct SearchForecast {
    /// The table, for messages.
    let table: QualifiedName
    /// The rows of the table after the copy, as the server estimates them; -1 where unknown.
    let rows: Int
    /// What is known of its searches.
    let facts: SearchFacts
    /// The options of the builds.
    let request: IndexRequest

    /// The rows below which a few lists hold all that a search asks for.
    private static let fewRows = 1_000

    /// A warning for each ivfflat index that a search will read too little of; none for one that stays as it is.
    func notes(for indexes: [IndexPlan]) -> [Note] {
        guard rows >= Self.fewRows else { return [] }
        return indexes.compactMap { index in
            guard index.method == "ivfflat", [.rebuild, .reindex, .create].contains(index.action) else { return nil }
            let lists = VectorIndexShape.lists(of: index.options)
            let probes = min(facts.probes ?? 1, lists)
            // pgvector advises the square root of the lists (README, "IVFFlat").
            guard probes < Int(Double(lists).squareRoot()) else { return nil }
            return note(index, lists: lists, probes: probes)
        }
    }

    private func note(_ index: IndexPlan, lists: Int, probes: Int) -> Note {
        let part = Double(probes) / Double(lists)
        let read = Int((Double(rows) * part).rounded(.up))
        var message =
            "Built on the data, \(index.name.name) has \(Count.of(lists, "list")), of which a search reads "
            + "\(Count.of(probes)) (ivfflat.probes): about \(Count.of(read)) of \(Count.of(rows, "row"))"
        if let share = facts.typicalShare {
            let typical = Int((Double(rows) * share).rounded())
            let seen = Int((Double(typical) * part).rounded())
            message +=
                ", and of a typical bot's \(Count.of(typical)) some \(Count.of(seen)) if they were spread evenly. The application's "
                + "query leaves out other bots' rows only then, so answers will miss rows, and some will be empty"
        } else {
            message += ", so answers will miss rows"
        }
        message +=
            ". An index that was created on the empty table, as Bedrock Chat's is, has most rows in a few lists and misses little."
        let advised = VectorIndexShape.advisedLists(rows: rows)
        let others =
            advised < lists
            ? "--ivfflat-lists auto would make \(Count.of(advised, "list")), and --index-method hnsw"
            : "--index-method hnsw"
        return Note(
            level: .warning, code: .approximateAnswers, side: .target, table: table, message: message,
            hint:
                "After the copy, vecferry tune finds out what makes answers as good as on the source. With this copy, \(others) "
                + "\(advised < lists ? "another index" : "would make another index").")
    }
}
