internal import Postgres

/// Sets the sequences of copied columns to where the source's stand.
struct SequenceSetter {
    let plan: Plan

    func run(
        pairs: [TablePair], from source: borrowing Connection, to target: borrowing Connection
    ) throws(FerryError) {
        for pair in pairs {
            for sequence in pair.sequences {
                let (value, isCalled) = try on(.source, pair.name) { () throws(PostgresError) in
                    let row = try source.query(
                        "SELECT last_value, is_called FROM \(try sequence.source.quoted(on: source))")[0]
                    return (try row.string("last_value"), try row.bool("is_called"))
                }
                try on(.target, pair.name) { () throws(PostgresError) in
                    try set(sequence, value, isCalled, on: target)
                }
            }
        }
    }

    private func set(
        _ sequence: SequencePlan, _ value: String, _ isCalled: Bool, on target: borrowing Connection
    ) throws(PostgresError) {
        let name = try sequence.target.quoted(on: target)
        if sequence.keepsHigher {
            let own = try target.query("SELECT last_value, is_called FROM \(name)")[0]
            let isHigher = try own.int("last_value", as: Int.self) > (Int(value) ?? 0)
            if isHigher { return }
        }
        try target.query(
            "SELECT setval($1::regclass, $2::bigint, $3::boolean)", [name, value, isCalled ? "true" : "false"])
    }
}
