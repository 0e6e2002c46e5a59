/// Finds out how the tables differ that a job did not prove.
///
/// Reading back counts rows and sums their hashes. It can't tell lost rows from rows that the application has written meanwhile,
/// nor whose they are.
struct Diagnosis {
    /// The endpoints and the workers.
    let engine: Engine
    /// The plan of the job.
    let plan: Plan
    /// Whether the source was written to since the job began. If so, the job may have copied a bot that only the target has now.
    let sourceChanged: Bool

    /// What the comparison found.
    struct Findings {
        /// The comparison of each table.
        var tables: [QualifiedName: TableComparison] = [:]
        /// Remarks on bots that only the target has.
        var notes: [Note] = []
    }

    /// Compares the tables in new snapshots of both sides, without the bots that the job left out and those that only the target
    /// has, unless they may be the job's.
    ///
    /// - Returns: Nothing where they could not be compared: that they differ is known.
    /// - Throws: ``FerryError/Code/interrupted`` alone.
    func compare(_ tables: [QualifiedName]) throws(FerryError) -> Findings {
        guard !tables.isEmpty else { return Findings() }
        var request = VerifyRequest()
        request.selection.tables = tables.map(\.sql)
        request.selection.botColumn = plan.request.selection.botColumn
        request.chunkBytes = plan.request.chunkBytes
        request.countsTargetBots = sourceChanged
        do throws(FerryError) {
            let report = try Verifier(engine: engine, request: request, memory: LedgerMemory(plans: [plan])).run()
            return Findings(
                tables: Dictionary(report.tables.map { ($0.name, $0) }) { first, _ in first },
                notes: report.notes.filter { $0.code == .botsOnTargetOnly }.map { note in
                    var note = note
                    note.hint = "To count such bots as differences, run vecferry verify --all-bots."
                    return note
                })
        } catch {
            guard error.code != .interrupted else { throw error }
            return Findings()
        }
    }
}
