/// The check at the end of a copy: whether the application's searches are as good as on the source. It never costs the proof of the rows.
struct SearchCheck {
    /// The endpoints and the workers.
    let engine: Engine
    /// The plan of the job.
    let plan: Plan
    /// The searches.
    let request: SearchRequest

    /// The least time that a check may take, and its share of the job's.
    private static let least = Duration.seconds(10), share = 0.05

    /// What the check found.
    struct Findings {
        /// The report of each column; nil where the searches were not compared.
        var searches: [SearchReport]?
        /// Warnings.
        var notes: [Note] = []
    }

    /// Searches in the embedding tables of the job, in new snapshots of both sides.
    ///
    /// - Parameter job: The seconds that the job took.
    func run(after job: Double) -> Findings {
        let tables = plan.pairs.filter { $0.hasEmbeddings }.map(\.name.sql)
        guard !tables.isEmpty else { return Findings(searches: []) }
        var search = request
        if search.limit == nil { search.limit = max(Self.least, .seconds(job * Self.share)) }
        do throws(FerryError) {
            let outcome = try searches(in: tables, search)
            return Findings(searches: outcome.reports, notes: outcome.notes)
        } catch {
            return Findings(notes: [Self.notCompared(error)])
        }
    }

    private func searches(in tables: [String], _ search: SearchRequest) throws(FerryError) -> Searcher.Outcome {
        var request = VerifyRequest()
        request.selection.tables = tables
        request.selection.botColumn = plan.request.selection.botColumn
        return try Verifier(engine: engine, request: request, memory: LedgerMemory(plans: [plan])).inSnapshots {
            sides, comparison throws(FerryError) in
            try engine.workers.during(.search) { () throws(FerryError) in
                try Searcher(sides: sides, request: search).run(comparison.tables)
            }
        }
    }

    private static func notCompared(_ error: FerryError) -> Note {
        Note(
            level: .warning, code: .searchesNotCompared, side: error.side, table: error.table,
            message: error.code == .interrupted
                ? "The searches were not compared, because the check was stopped."
                : "The searches were not compared: \(error.message)",
            hint: "The copy is proven. To compare the searches, run vecferry verify --search 100.")
    }
}

extension TablePair {
    /// Whether the table has a column that the application may search.
    var hasEmbeddings: Bool { !embeddingColumns.isEmpty || indexes.contains(where: \.isVectorIndex) }
}
