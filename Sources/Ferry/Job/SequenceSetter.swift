/// Sets the sequences of copied columns, so that the next row gets a value that no row has.
struct SequenceSetter {
    let plan: Plan

    /// - Returns: The errors of pairs with a sequence that can't be set, such as one whose bounds exclude the value.
    func run(
        pairs: [TablePair], from source: borrowing Session, to target: borrowing Session
    ) throws(FerryError) -> [PairNumber: FerryError] {
        var failures: [PairNumber: FerryError] = [:]
        for pair in pairs {
            for sequence in pair.sequences {
                do throws(FerryError) {
                    try carryOver(sequence, of: pair, from: source, to: target)
                } catch {
                    guard error.concernsOneTable else { throw error }
                    failures[pair.number] = failures[pair.number] ?? error
                }
            }
        }
        return failures
    }

    private func carryOver(
        _ sequence: SequencePlan, of pair: TablePair, from source: borrowing Session, to target: borrowing Session
    ) throws(FerryError) {
        guard let (value, isCalled) = try value(of: sequence, pair, source, target) else { return }
        let name = sequence.target.quoted
        if sequence.keepsHigher {
            let own = try target.query(
                """
                SELECT s.last_value, s.is_called, d.seqincrement < 0 AS is_descending
                FROM \(name) AS s, pg_catalog.pg_sequence AS d WHERE d.seqrelid = $1::regclass
                """, [name], about: pair.name
            ).only()
            if try isFurther(own, than: Int(value) ?? 0, isCalled) { return }
        }
        try target.query(
            "SELECT setval($1::regclass, $2::bigint, $3::boolean)", [name, value, isCalled ? "true" : "false"],
            about: pair.name)
    }

    /// The value to set, and whether the next row gets the one after it. nil where an empty table has none.
    private func value(
        of sequence: SequencePlan, _ pair: TablePair, _ source: borrowing Session, _ target: borrowing Session
    ) throws(FerryError) -> (value: String, isCalled: Bool)? {
        switch sequence.source {
        case .sequence(let name):
            let row = try source.query("SELECT last_value, is_called FROM \(name.quoted)", about: pair.name).only()
            return (try row.string("last_value"), try row.bool("is_called"))
        case .column(let relation):
            let column = sequence.column.quotedIdentifier
            let last = try target.query(
                """
                SELECT CASE WHEN d.seqincrement < 0 THEN (SELECT min(\(column)) FROM \(relation.quoted))
                    ELSE (SELECT max(\(column)) FROM \(relation.quoted)) END AS last
                FROM pg_catalog.pg_sequence AS d WHERE d.seqrelid = $1::regclass
                """, [sequence.target.quoted], about: pair.name
            ).only().optional("last")
            return last.map { ($0, true) }
        }
    }

    /// Whether the target's sequence is further along in its direction: a descending one is further along where it is lower.
    private func isFurther(_ own: Record, than value: Int, _ isCalled: Bool) throws(FerryError) -> Bool {
        let ownValue = try own.int("last_value", as: Int.self)
        // A sequence that has returned its value is one step further than one that has not.
        if ownValue == value { return try own.bool("is_called") && !isCalled }
        return try own.bool("is_descending") ? ownValue < value : ownValue > value
    }
}
