/// The documents of a job's row. A damaged document and one of a newer vecferry are different errors.
extension Ledger {
    /// The plan of a job, from its `id`, `plan` and `plan_hash`, with the statements of its saved definitions.
    func plan(of row: Record, _ session: borrowing Session) throws(FerryError) -> Plan {
        let (number, text, hash) = try readingLedger { () throws(FerryError) in
            (try row.number("id", as: JobNumber.self), try row.string("plan"), try row.string("plan_hash"))
        }
        let damage = Self.damaged("the plan of job \(number) does not match its checksum or its saved definitions")
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
        let damage = Self.damaged("the report of job \(number) can't be read")
        return try Self.read(job: number, otherwise: damage) { () throws(StoredFault) in
            try StoredReport(text: text).report
        }
    }

    /// The record of a process that worked on a job, from its `document`.
    func run(of row: Record, job: JobNumber) throws(FerryError) -> StoredRun {
        let text = try readingLedger { () throws(FerryError) in try row.string("document") }
        let damage = Self.damaged("the record of a process of job \(job) can't be read")
        return try Self.read(job: job, otherwise: damage) { () throws(StoredFault) in try StoredRun(text: text) }
    }

    /// The record of a process that shares a job, from its `document`.
    func worker(of row: Record, job: JobNumber) throws(FerryError) -> StoredWorker {
        let text = try readingLedger { () throws(FerryError) in try row.string("document") }
        let damage = Self.damaged("the record of a worker of job \(job) can't be read")
        return try Self.read(job: job, otherwise: damage) { () throws(StoredFault) in try StoredWorker(text: text) }
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

    /// An error for a part of the ledger that a newer vecferry wrote.
    ///
    /// - Parameter what: The subject of the sentence.
    static func newer(_ what: String, _ writer: String?) -> FerryError {
        FerryError(
            .ledger,
            "\(what) was written by \(writer.map { "vecferry \($0)" } ?? "a newer vecferry"); this is vecferry "
                + "\(Engine.version), which supports formats up to \(format).",
            hint: "Use \(writer.map { "vecferry \($0)" } ?? "the vecferry that wrote it"), or a later version.",
            side: .target)
    }
}
