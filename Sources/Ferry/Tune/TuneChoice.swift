/// Chooses among the options that were tried. It does no I/O.
struct TuneChoice {
    /// What the target is to be as good as.
    let reference: TuneOption
    /// What the reference is called: `the source`, or `exact answers`.
    let name: String
    /// What was tried. The first is what the target has now.
    let options: [TuneOption]

    /// The share of the nearest rows that an option may lose, for any bot. Made queries are no real ones: an option that loses next to
    /// nothing of theirs is what keeps within 0.01 of the reference for real questions too.
    static let tolerance = 0.002
    /// The recall of the worst bot from which an option is preferred to those below, if it is fast enough.
    static let solid = 0.9
    /// Options that are slower than the fastest by no more than this many milliseconds, or this factor, differ for no one who waits for
    /// an answer, and no more than two measurements of the same.
    static let imperceptible = (milliseconds: 5.0, factor: 1.5)

    /// Judges an option against the reference.
    static func judged(_ option: TuneOption, by reference: TuneOption) -> TuneOption {
        var option = option
        func isAsGood(_ mine: SearchFigures, _ theirs: SearchFigures) -> Bool {
            guard let wanted = theirs.recall, let recall = mine.recall else { return true }
            // Among rows that are equally near, any may be the last.
            return recall >= wanted - max(tolerance, 1 / Double(mine.expected)) - 1e-9
        }
        option.isAsGood =
            isAsGood(option.figures, reference.figures) && option.figures.empty <= reference.figures.empty
            && option.bots.allSatisfy { bot in
                guard let theirs = reference.bots.first(where: { $0.bot == bot.bot })?.figures else { return true }
                return isAsGood(bot.figures, theirs) && bot.figures.empty <= theirs.empty
            }
        // A tenth more is what two measurements of the same may differ by.
        option.isAsFast = option.figures.p95 <= max(reference.figures.p95 * 1.1, imperceptible.milliseconds)
        return option
    }

    /// The position of the best option, and why it is, or what can't be reached.
    var best: (choice: Int?, reason: String) {
        let usable = options.indices.filter { options[$0].kind != .information && !options[$0].isCut }
        let good = usable.filter { options[$0].isAsGood }
        let fast = good.filter { options[$0].isAsFast }
        let quickest = good.min { options[$0].figures.p95 < options[$1].figures.p95 }
        // What was measured on all rows is surer than an estimate. And where the source is bad by bad luck, as good as the source is not
        // good: an option that misses much leaves some questions without an answer, though none of those that were tried.
        let sure = fast.filter { options[$0].share >= 1 }
        let solid = sure.filter { options[$0].worstRecall >= Self.solid && options[$0].figures.empty == 0 }
        guard let chosen = simplest(of: solid) ?? simplest(of: sure) ?? simplest(of: fast) ?? quickest else {
            let nearest = usable.max { left, right in
                (options[left].worstRecall, -options[left].figures.p95) < (
                    options[right].worstRecall, -options[right].figures.p95
                )
            }
            return (nearest, "None of the options is as good as \(name); this one comes nearest.")
        }
        var reason = "It is as good as \(name) for every bot"
        if options.allSatisfy(\.bots.isEmpty) { reason = "It is as good as \(name)" }
        if fast.isEmpty { return (chosen, "\(reason), but none that is answers as fast.") }
        if quickest == chosen {
            reason += ", and the fastest that is"
        } else if quickest.map({ options[$0].worstRecall < Self.solid && options[chosen].worstRecall >= Self.solid })
            == true
        {
            reason += ", and misses less than those that are faster"
        } else {
            reason += ", and no one notices what others are faster by"
        }
        switch options[chosen].kind {
        case .current: reason += "; nothing needs to change."
        case .settings: reason += "; it takes no build."
        case .noIndex: reason += "; no index has to be kept up to date, and answers are exact."
        case .definition, .information: reason += "."
        }
        if options[chosen].share < 1 { reason += " That is an estimate: it was tried on a part of the rows." }
        return (chosen, reason)
    }

    /// The choices of several columns as they are made together: a setting has one value for all of them, the greatest that one needs.
    ///
    /// - Returns: An option for each column; nil for one without a choice.
    static func together(_ columns: [TunedColumn]) -> [TuneOption?] {
        let choices = columns.map { column in column.choice.map { column.options[$0] } }
        var most: [String: Int] = [:]
        for setting in choices.compactMap(\.self).filter({ $0.kind == .settings }).flatMap(\.settings) {
            if let value = Int(setting.value) { most[setting.name] = max(value, most[setting.name] ?? value) }
        }
        return choices.map { choice in
            guard var option = choice, option.kind == .settings else { return choice }
            option.settings = option.settings.map { setting in
                most[setting.name].map { TuneSetting(name: setting.name, value: "\($0)") } ?? setting
            }
            return option
        }
    }

    /// The option that changes least, of those about as fast as the fastest.
    private func simplest(of good: [Int]) -> Int? {
        guard let least = good.map({ options[$0].figures.p95 }).min() else { return nil }
        let most = max(least + Self.imperceptible.milliseconds, least * Self.imperceptible.factor)
        let near = good.filter { options[$0].figures.p95 <= most }
        // Of the same settings, lower values come first.
        return near.min { (options[$0].cost, $0) < (options[$1].cost, $1) }
    }
}

extension TuneOption {
    /// How much it changes.
    fileprivate var cost: Int {
        switch kind {
        case .current: 0
        case .settings: settings.count
        case .noIndex: 10
        case .definition, .information: 20
        }
    }

    fileprivate var worstRecall: Double { worst?.figures.recall ?? figures.recall ?? 1 }
}
