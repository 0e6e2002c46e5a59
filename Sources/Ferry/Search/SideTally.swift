/// One side's figures, in all and by bot, with the plans that the server chose.
struct SideTally {
    private var tally = SearchTally()
    private var scopes: [String?: SearchTally] = [:]
    private var planOf: [SearchSample.Scope?: SearchPlan] = [:]
    private var exactTimes: [Double] = []

    /// The figures of all queries.
    var total: SearchFigures { tally.total }
    /// The figures of each bot that was searched.
    var bots: [String?: SearchFigures] { scopes.mapValues(\.total) }
    /// The plans, those of the most queries first.
    private(set) var plans: [SearchPlan] = []
    /// The median time of an exact answer, in milliseconds.
    var exactMilliseconds: Double { SearchTally.quantile(0.5, of: exactTimes.sorted()) }

    /// Adds the answer to one query.
    mutating func add(_ found: SearchProbe.Timed, exact: SearchAnswers, _ sample: SearchSample) {
        tally.add(found.answer, exact: exact, milliseconds: found.milliseconds)
        if let bot = sample.bot {
            scopes[bot.id, default: SearchTally()].add(found.answer, exact: exact, milliseconds: found.milliseconds)
        }
        guard let plan = planOf[sample.bot] else { return }
        if let known = plans.firstIndex(where: { $0.kind == plan.kind && $0.index == plan.index }) {
            plans[known].queries += 1
        } else {
            plans.append(plan)
        }
        plans.sort { ($1.queries, $0.index ?? "") < ($0.queries, $1.index ?? "") }
    }

    /// Adds the time of an exact answer.
    mutating func addExact(_ answer: SearchProbe.Timed) { exactTimes.append(answer.milliseconds) }

    /// The plan for a sample's bot, if it is known.
    func plan(of sample: SearchSample) -> SearchPlan? { planOf[sample.bot] }

    /// Records the plan for a sample's bot.
    mutating func learn(_ plan: SearchPlan, of sample: SearchSample) { planOf[sample.bot] = plan }

    /// The side with these figures.
    func filling(_ side: SearchSide) -> SearchSide {
        var side = side
        side.figures = total
        side.plans = plans
        side.exactMilliseconds = exactMilliseconds
        return side
    }
}
