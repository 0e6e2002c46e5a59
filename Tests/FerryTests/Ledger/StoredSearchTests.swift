import Testing

@testable import Ferry

/// The searches in a stored report.
@Suite struct StoredSearchTests {
    private func figures(_ seed: Int) -> SearchFigures {
        var figures = SearchFigures()
        (figures.queries, figures.expected, figures.found, figures.returned) = (seed, seed + 1, seed + 2, seed + 3)
        (figures.empty, figures.wrongBest, figures.p50, figures.p95) = (seed + 4, seed + 5, 1.5, 2.5)
        return figures
    }

    private var report: SearchReport {
        func side(_ seed: Int) -> SearchSide {
            SearchSide(
                index: QualifiedName(schema: "s", name: "i\(seed)"), method: "hnsw", options: ["m": "16"],
                settings: ["hnsw.ef_search": "40"], figures: figures(seed),
                plans: [SearchPlan(kind: .vectorIndex, index: "i", queries: 3)], exactMilliseconds: 7, partRead: 0.5)
        }
        return SearchReport(
            table: QualifiedName(schema: "public", name: "items"), column: "embedding", distance: "<=>", queries: 10,
            k: 20,
            isEstimate: true, isCut: true, differing: 2, source: side(10), target: side(20),
            bots: [SearchBot(bot: nil, source: figures(30), target: figures(40))],
            remedy: SearchRemedy(
                setting: "hnsw.ef_search", value: 80, statements: ["LOAD", "ALTER"], undo: ["RESET"],
                figures: figures(50)))
    }

    @Test func `searches are read as they were stored, and a report without them as one that has none`() throws {
        var job = JobReport(
            outcome: .proven, job: JobNumber(1), tables: [], notes: [], copySeconds: 1, seconds: 2, streamedBytes: 3)
        #expect(try StoredReport(text: StoredReport(job).text).report.searches == nil)
        job.searches = []
        #expect(try StoredReport(text: StoredReport(job).text).report.searches == [])
        job.searches = [report]
        #expect(try StoredReport(text: StoredReport(job).text).report.searches == [report])
    }
}
