/// Sets the sequences of copied columns to where the source's stand.
struct SequenceSetter {
    let plan: Plan

    /// - Returns: The pairs with a sequence that can't be set, say since the value is out of its bounds, and why.
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

    /// Whether the target's sequence has gone further in its direction: a descending one is further where it is lower.
    private func isFurther(_ own: Record, than value: Int, _ isCalled: Bool) throws(FerryError) -> Bool {
        let ownValue = try own.int("last_value", as: Int.self)
        // One that has given out its value is a step further than one that is about to.
        if ownValue == value { return try own.bool("is_called") && !isCalled }
        return try own.bool("is_descending") ? ownValue < value : ownValue > value
    }
}
