/// The check at the end of a copy: whether the application's searches are as good as on the source, and, in the same snapshots, what the
/// report shows of vectors and bots. It never costs the proof of the rows.
struct SearchCheck {
    /// The endpoints and the workers.
    let engine: Engine
    /// The plan of the job.
    let plan: Plan
    /// The searches.
    let request: SearchRequest

    /// The least time that a check may take, and its share of the job's.
    private static let least = Duration.seconds(10), share = 0.05
    /// The same of what only the report shows.
    private static let leastForReport = Duration.seconds(5), shareForReport = 0.02
    /// The most columns that have a map.
    private static let mostMaps = 4

    /// What the check found.
    struct Findings {
        /// The report of each column; nil where the searches were not compared.
        var searches: [SearchReport]?
        /// For the report, as far as time was left: the map of each column, and the rows of each bot.
        var maps: [EmbeddingMap]?
        var rowsByBot: RowsByBot?
        /// Warnings.
        var notes: [Note] = []
    }

    /// Searches in the embedding tables of the job, in new snapshots of both sides.
    ///
    /// - Parameter job: The seconds that the job took.
    func run(after job: Double) -> Findings {
        guard plan.pairs.contains(where: \.hasEmbeddings) else { return Findings(searches: []) }
        let tables = plan.pairs.filter { $0.hasEmbeddings || $0.botScope != nil }.map(\.name.sql)
        var search = request
        if search.limit == nil { search.limit = max(Self.least, .seconds(job * Self.share)) }
        do throws(FerryError) {
            return try findings(
                in: tables, search, forReport: max(Self.leastForReport, .seconds(job * Self.shareForReport)))
        } catch {
            return Findings(notes: [Self.notCompared(error)])
        }
    }

    private func findings(
        in tables: [String], _ search: SearchRequest, forReport limit: Duration
    ) throws(FerryError) -> Findings {
        var request = VerifyRequest()
        request.selection.tables = tables
        request.selection.botColumn = plan.request.selection.botColumn
        return try Verifier(engine: engine, request: request, memory: LedgerMemory(plans: [plan])).inSnapshots {
            sides, comparison throws(FerryError) in
            try engine.workers.during(.search) { () throws(FerryError) in
                let searcher = Searcher(sides: sides, request: search)
                let outcome = try searcher.run(comparison.tables)
                var findings = Findings(searches: outcome.reports, notes: outcome.notes)
                let deadline = SearchDeadline(end: .now + limit)
                // What only the report shows costs neither the searches nor the proof.
                findings.rowsByBot = try? BotRowCounter(sides: sides, deadline: deadline).count(comparison.tables)
                findings.maps = try? searcher.maps(of: comparison.tables, most: Self.mostMaps, by: deadline)
                return findings
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
