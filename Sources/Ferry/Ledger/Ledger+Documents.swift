/// The documents of a job's row. Damage is told apart from age: a document that is not what was written, and one that a
/// newer vecferry wrote.
extension Ledger {
    /// The plan of a job, from its `id`, `plan` and `plan_hash`, with the statements out of its saved definitions.
    func plan(of row: Record, _ session: borrowing Session) throws(FerryError) -> Plan {
        let (number, text, hash) = try readingLedger { () throws(FerryError) in
            (try row.number("id", as: JobNumber.self), try row.string("plan"), try row.string("plan_hash"))
        }
        let damage = Self.damaged("the plan it holds is not the plan it was given")
        guard TextHash.of(text) == hash else { throw damage }
        let saved = try definitions(job: number, session)
        return try Self.read(job: number, otherwise: damage) { () throws(StoredFault) in
            try StoredPlan(text: text).plan(saved)
        }
    }

    /// The report of a job, from its `id` and `report`; nil where it has none.
    func report(of row: Record) throws(FerryError) -> JobReport? {
        let (number, text) = try readingLedger { () throws(FerryError) in
            (try row.number("id", as: JobNumber.self), try row.optional("report"))
        }
        guard let text else { return nil }
        let damage = Self.damaged("the report it holds is not the report it was given")
        return try Self.read(job: number, otherwise: damage) { () throws(StoredFault) in
            try StoredReport(text: text).report
        }
    }

    private static func read<Document>(
        job: JobNumber, otherwise damage: FerryError, _ body: () throws(StoredFault) -> Document
    ) throws(FerryError) -> Document {
        do throws(StoredFault) {
            return try body()
        } catch {
            switch error {
            case .damaged: throw damage
            case .newer(let writer): throw newer("Job \(job) in the target's ledger", writer)
            }
        }
    }

    /// Something was written by a vecferry that knows more than this one.
    ///
    /// - Parameter what: The subject of the sentence.
    static func newer(_ what: String, _ writer: String?) -> FerryError {
        FerryError(
            .ledger,
            "\(what) was written by \(writer.map { "vecferry \($0)" } ?? "a newer vecferry"); this is vecferry "
                + "\(Engine.version), which knows up to format \(format).",
            hint: "Use \(writer.map { "vecferry \($0)" } ?? "the vecferry that wrote it"), or a newer one.",
            side: .target)
    }
}
