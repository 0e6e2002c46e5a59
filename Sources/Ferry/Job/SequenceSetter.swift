/// Sets the sequences of copied columns to the values of the source's.
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
        let row = try source.query(
            "SELECT last_value, is_called FROM \(sequence.source.quoted)", about: pair.name
        ).only()
        let (value, isCalled) = (try row.string("last_value"), try row.bool("is_called"))
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

    /// Whether the target's sequence is further along in its direction: a descending one is further along where it is lower.
    private func isFurther(_ own: Record, than value: Int, _ isCalled: Bool) throws(FerryError) -> Bool {
        let ownValue = try own.int("last_value", as: Int.self)
        // A sequence that has returned its value is one step further than one that has not.
        if ownValue == value { return try own.bool("is_called") && !isCalled }
        return try own.bool("is_descending") ? ownValue < value : ownValue > value
    }
}
