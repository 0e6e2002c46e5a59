/// Searches in one embedding column, as stored in the ledger.
struct StoredSearch: Codable, Sendable, Equatable {
    var table: StoredName
    var column: String
    var distance: String
    var queries: Int
    var k: Int
    var isEstimate: Bool
    var isCut: Bool
    var differing: Int
    var source: StoredSearchSide
    var target: StoredSearchSide
    var bots: [StoredSearchBot]
    var remedy: StoredSearchRemedy?
    var exactRecall: Double?
    var trials: [StoredSearchTrial]?

    init(_ report: SearchReport) {
        table = StoredName(report.table)
        column = report.column
        distance = report.distance
        queries = report.queries
        k = report.k
        isEstimate = report.isEstimate
        isCut = report.isCut
        differing = report.differing
        source = StoredSearchSide(report.source)
        target = StoredSearchSide(report.target)
        bots = report.bots.map(StoredSearchBot.init)
        remedy = report.remedy.map(StoredSearchRemedy.init)
        exactRecall = report.exactRecall
        trials = report.trials.isEmpty ? nil : report.trials.map(StoredSearchTrial.init)
    }

    /// The engine's report.
    var report: SearchReport {
        SearchReport(
            table: table.name, column: column, distance: distance, queries: queries, k: k, isEstimate: isEstimate,
            isCut: isCut, differing: differing, source: source.side, target: target.side, bots: bots.map(\.figures),
            remedy: remedy?.remedy, trials: trials?.map(\.trial) ?? [], exactRecall: exactRecall)
    }
}

/// The measurements of one side, as stored in the ledger.
struct StoredSearchSide: Codable, Sendable, Equatable {
    var index: StoredName?
    var method: String?
    var options: [String: String]
    var settings: [String: String]
    var figures: StoredSearchFigures
    var plans: [StoredSearchPlan]
    var exactMilliseconds: Double
    var partRead: Double?

    init(_ side: SearchSide) {
        index = side.index.map(StoredName.init)
        method = side.method
        options = side.options
        settings = side.settings
        figures = StoredSearchFigures(side.figures)
        plans = side.plans.map(StoredSearchPlan.init)
        exactMilliseconds = side.exactMilliseconds
        partRead = side.partRead
    }

    /// The engine's measurements.
    var side: SearchSide {
        SearchSide(
            index: index?.name, method: method, options: options, settings: settings, figures: figures.figures,
            plans: plans.map(\.plan), exactMilliseconds: exactMilliseconds, partRead: partRead)
    }
}

/// A plan that the server chose, as stored in the ledger.
struct StoredSearchPlan: Codable, Sendable, Equatable {
    var kind: StoredWord<SearchPlan.Kind>
    var index: String?
    var queries: Int

    init(_ plan: SearchPlan) {
        kind = StoredWord(plan.kind)
        index = plan.index
        queries = plan.queries
    }

    /// The engine's plan.
    var plan: SearchPlan { SearchPlan(kind: kind.value, index: index, queries: queries) }
}

/// The figures of a number of searches, as stored in the ledger.
struct StoredSearchFigures: Codable, Sendable, Equatable {
    var queries: Int
    var expected: Int
    var found: Int
    var returned: Int
    var empty: Int
    var wrongBest: Int
    var p50: Double
    var p95: Double

    init(_ figures: SearchFigures) {
        queries = figures.queries
        expected = figures.expected
        found = figures.found
        returned = figures.returned
        empty = figures.empty
        wrongBest = figures.wrongBest
        p50 = figures.p50
        p95 = figures.p95
    }

    /// The engine's figures.
    var figures: SearchFigures {
        var figures = SearchFigures()
        figures.queries = queries
        figures.expected = expected
        figures.found = found
        figures.returned = returned
        figures.empty = empty
        figures.wrongBest = wrongBest
        figures.p50 = p50
        figures.p95 = p95
        return figures
    }
}

/// The figures of one bot, as stored in the ledger.
struct StoredSearchBot: Codable, Sendable, Equatable {
    var bot: String?
    var source: StoredSearchFigures
    var target: StoredSearchFigures

    init(_ figures: SearchBot) {
        bot = figures.bot
        source = StoredSearchFigures(figures.source)
        target = StoredSearchFigures(figures.target)
    }

    /// The engine's figures.
    var figures: SearchBot { SearchBot(bot: bot, source: source.figures, target: target.figures) }
}

/// A setting that helped, as stored in the ledger.
struct StoredSearchRemedy: Codable, Sendable, Equatable {
    var setting: String
    var value: Int
    var statements: [String]
    var undo: [String]
    var figures: StoredSearchFigures

    init(_ remedy: SearchRemedy) {
        setting = remedy.setting
        value = remedy.value
        statements = remedy.statements
        undo = remedy.undo
        figures = StoredSearchFigures(remedy.figures)
    }

    /// The engine's remedy.
    var remedy: SearchRemedy {
        SearchRemedy(setting: setting, value: value, statements: statements, undo: undo, figures: figures.figures)
    }
}

/// A value of a setting that was tried, as stored in the ledger.
struct StoredSearchTrial: Codable, Sendable, Equatable {
    var setting: String
    var value: Int
    var figures: StoredSearchFigures

    init(_ trial: SearchTrial) {
        setting = trial.setting
        value = trial.value
        figures = StoredSearchFigures(trial.figures)
    }

    /// The engine's trial.
    var trial: SearchTrial { SearchTrial(setting: setting, value: value, figures: figures.figures) }
}
