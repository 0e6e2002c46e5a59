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

    /// The report as version 0.1.0 first wrote it, in the ledger's format 4.
    private static let first = """
        {"bots":[{"source":{"empty":34,"expected":31,"found":32,"p50":1.5,"p95":2.5,"queries":30,"returned":33,"wrongBest":35},\
        "target":{"empty":44,"expected":41,"found":42,"p50":1.5,"p95":2.5,"queries":40,"returned":43,"wrongBest":45}}],\
        "column":"embedding","differing":2,"distance":"<=>","isCut":true,"isEstimate":true,"k":20,"queries":10,\
        "remedy":{"figures":{"empty":54,"expected":51,"found":52,"p50":1.5,"p95":2.5,"queries":50,"returned":53,"wrongBest":55},\
        "setting":"hnsw.ef_search","statements":["LOAD","ALTER"],"undo":["RESET"],"value":80},\
        "source":{"exactMilliseconds":7,"figures":{"empty":14,"expected":11,"found":12,"p50":1.5,"p95":2.5,"queries":10,\
        "returned":13,"wrongBest":15},"index":{"name":"i10","schema":"s"},"method":"hnsw","options":{"m":"16"},"partRead":0.5,\
        "plans":[{"index":"i","kind":"vector_index","queries":3}],"settings":{"hnsw.ef_search":"40"}},\
        "table":{"name":"items","schema":"public"},\
        "target":{"exactMilliseconds":7,"figures":{"empty":24,"expected":21,"found":22,"p50":1.5,"p95":2.5,"queries":20,\
        "returned":23,"wrongBest":25},"index":{"name":"i20","schema":"s"},"method":"hnsw","options":{"m":"16"},"partRead":0.5,\
        "plans":[{"index":"i","kind":"vector_index","queries":3}],"settings":{"hnsw.ef_search":"40"}}}
        """

    @Test func `searches that an older vecferry stored are read`() throws {
        let text = """
            {"format":4,"vecferry":"0.1.0","outcome":"proven","job":1,"tables":[],"notes":[],"copySeconds":1,"seconds":2,\
            "streamedBytes":3,"searches":[\(Self.first)]}
            """
        #expect(try StoredReport(text: text).report.searches == [report])
    }

    @Test func `searches are read as they were stored, and a report without them as one that has none`() throws {
        var job = JobReport(
            outcome: .proven, job: JobNumber(1), tables: [], notes: [], copySeconds: 1, seconds: 2, streamedBytes: 3)
        #expect(try StoredReport(text: StoredReport(job).text).report.searches == nil)
        var tried = report
        tried.trials = [SearchTrial(setting: "hnsw.ef_search", value: 80, figures: report.target.figures)]
        job.searches = [tried]
        #expect(try StoredReport(text: StoredReport(job).text).report.searches == [tried])
        job.searches = []
        #expect(try StoredReport(text: StoredReport(job).text).report.searches == [])
        job.searches = [report]
        #expect(try StoredReport(text: StoredReport(job).text).report.searches == [report])
    }
}
