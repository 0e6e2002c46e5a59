import Ferry

/// Searches in one embedding column.
struct SearchDocument: Encodable {
    /// The measurements of one side. Shares are from 0 to 1, times in milliseconds.
    struct Side: Encodable {
        let index: NameDocument?
        let method: String?
        let options: [String: String]
        let settings: [String: String]
        let choosesIndex: Bool
        /// Of what the application gets.
        let recall: Double?
        let figures: Figures
        let plans: [Plan]
        let exactMilliseconds: Double
        /// The median time of an answer, where the index is chosen for any.
        let indexMilliseconds: Double?
        let partRead: Double?
    }

    /// What the application gets from a number of searches.
    struct Figures: Encodable {
        let queries: Int
        let expected: Int
        let found: Int
        let returned: Int
        let empty: Int
        let wrongBest: Int
        let recall: Double?
        let p50Milliseconds: Double
        let p95Milliseconds: Double
    }

    /// A plan that the server chose for a number of queries.
    struct Plan: Encodable {
        let kind: String
        let index: String?
        let queries: Int
    }

    /// One bot on both sides; without `bot`, rows that belong to none.
    struct Bot: Encodable {
        let bot: String?
        let isWorse: Bool
        let source: Figures
        let target: Figures
    }

    /// A setting that makes the target as good as the source, as tried.
    struct Remedy: Encodable {
        let setting: String
        let value: Int
        let statements: [String]
        let undo: [String]
        let figures: Figures
    }

    /// A value of a setting that was tried on the target.
    struct Trial: Encodable {
        let setting: String
        let value: Int
        let figures: Figures
    }

    let table: NameDocument
    let column: String
    let distance: String
    let queries: Int
    let k: Int
    let isEstimate: Bool
    let isCut: Bool
    let isWorse: Bool
    let differing: Int
    let source: Side
    let target: Side
    let bots: [Bot]
    let remedy: Remedy?
    /// The values that were tried for it, in order.
    let trials: [Trial]
    /// For a column whose values were rounded: the share of the source's exact answers that the target's exact answers have.
    let exactRecall: Double?

    init(_ report: SearchReport) {
        table = NameDocument(report.table)
        column = report.column
        distance = report.distance
        queries = report.queries
        k = report.k
        isEstimate = report.isEstimate
        isCut = report.isCut
        isWorse = report.isWorse
        differing = report.differing
        source = Side(report.source)
        target = Side(report.target)
        bots = report.bots.map { bot in
            Bot(
                bot: bot.bot, isWorse: report.worseBots.contains(bot), source: Figures(bot.source),
                target: Figures(bot.target))
        }
        remedy = report.remedy.map { remedy in
            Remedy(
                setting: remedy.setting, value: remedy.value, statements: remedy.statements, undo: remedy.undo,
                figures: Figures(remedy.figures))
        }
        trials = report.trials.map { Trial(setting: $0.setting, value: $0.value, figures: Figures($0.figures)) }
        exactRecall = report.exactRecall
    }
}

extension SearchDocument.Side {
    init(_ side: SearchSide) {
        index = side.index.map(NameDocument.init)
        method = side.method
        options = side.options
        settings = side.settings
        choosesIndex = side.choosesIndex
        recall = side.figures.recall
        figures = SearchDocument.Figures(side.figures)
        plans = side.plans.map { SearchDocument.Plan(kind: $0.kind.rawValue, index: $0.index, queries: $0.queries) }
        exactMilliseconds = side.exactMilliseconds
        indexMilliseconds = side.choosesIndex ? side.figures.p50 : nil
        partRead = side.partRead
    }
}

extension SearchDocument.Figures {
    init(_ figures: SearchFigures) {
        queries = figures.queries
        expected = figures.expected
        found = figures.found
        returned = figures.returned
        empty = figures.empty
        wrongBest = figures.wrongBest
        recall = figures.recall
        p50Milliseconds = figures.p50
        p95Milliseconds = figures.p95
    }
}
