import Ferry

/// A plan as text for people: the servers, each table with everything that happens to it, then the notes, then the
/// verdict.
struct PlanText: ResultText {
    /// The number of tables above which each has one line.
    static let fewTables = 10
    /// The number of tables above which those that are only copied share one line.
    static let manyTables = 100

    /// The plan.
    let plan: Plan
    /// Whether every table and note is listed, however many there are.
    var showsAll = false

    /// The whole plan.
    var lines: [Line] {
        var lines = [plan.source.line(.source), plan.target.line(.target)]
        let (listed, trivial) = split()
        if showsAll || listed.count <= Self.fewTables {
            for pair in listed { lines += [.empty] + PairText(pair: pair).lines }
        } else {
            lines += [.empty] + PairTable(pairs: listed).lines + ["--verbose shows what happens to each of them."]
        }
        if !trivial.isEmpty { lines += [.empty, summary(of: trivial)] }
        lines += plan.inventory.map { InventoryText(inventory: $0, showsAll: showsAll).lines } ?? []
        return lines + NotesText(notes: plan.notes, showsAll: showsAll).lines + [.empty, verdict]
    }

    /// Whether the copy can start, and the amount that it would copy.
    var verdict: Line {
        guard plan.isReady else { return NotesText(notes: plan.notes).blocked }
        let builds = plan.pairs.flatMap(\.indexes).count { $0.action != .keep }
        var parts = [
            Units.count(plan.pairs.count, "table"), Self.rows(plan.pairs), Units.bytes(plan.bytes) + " on disk",
            Units.count(plan.pairs.reduce(0) { $0 + $1.chunkCount }, "chunk"),
        ]
        if builds > 0 { parts.append(Units.count(builds, "index", "indexes") + " to build on the data") }
        return "\("READY", .good): \(parts.joined(separator: ", "))."
    }

    /// Returns `about 60,000 rows`: the sum over the tables for which the server has an estimate.
    static func rows(_ pairs: [TablePair]) -> String {
        let known = pairs.filter { $0.estimatedRows >= 0 }
        guard !known.isEmpty || pairs.isEmpty else { return "an unknown number of rows" }
        let more = known.count < pairs.count ? " and some uncounted" : ""
        return "about \(Units.count(known.reduce(0) { $0 + $1.estimatedRows }, "row"))\(more)"
    }

    private func split() -> (listed: [TablePair], trivial: [TablePair]) {
        guard !showsAll, plan.pairs.count > Self.manyTables else { return (plan.pairs, []) }
        let noted = Set(plan.notes.filter { $0.level != .info }.compactMap(\.table))
        var listed: [TablePair] = []
        var trivial: [TablePair] = []
        for pair in plan.pairs {
            if PairText.isTrivial(pair) && !noted.contains(pair.name) || listed.count >= Self.manyTables {
                trivial.append(pair)
            } else {
                listed.append(pair)
            }
        }
        return (listed, trivial)
    }

    private func summary(of pairs: [TablePair]) -> Line {
        let chunks = Units.count(pairs.reduce(0) { $0 + $1.chunkCount }, "chunk")
        let bytes = Units.bytes(pairs.reduce(0) { $0 + $1.bytes })
        return """
            And \(Units.count(pairs.count, "more table")): \(Self.rows(pairs)), \(bytes) on disk, \(chunks). --verbose lists them.
            """
    }
}

/// The blockers of a copy that did not start.
struct RefusalText: ResultText {
    /// A plan with blockers.
    let plan: Plan

    /// The blockers, below what a finished job has to do with them.
    var problems: [Line] {
        NotesText(notes: plan.notes.filter { $0.code == .otherFinished }).lines
            + NotesText(notes: plan.notes, showsAll: false).lines(.blocker)
    }

    /// The number of blockers, and the changes: none, or those of `--restart`.
    var verdict: Line {
        let notes = NotesText(notes: plan.notes)
        guard let takenBack = plan.notes.first(where: { $0.code == .takenBack }) else { return notes.blocked }
        return "\(notes.blockers); nothing was copied. \(takenBack.message)"
    }
}
