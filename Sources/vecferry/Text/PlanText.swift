import Ferry

/// A plan as people read it: the servers, each table with all that happens to it, then what to know, then the verdict.
struct PlanText {
    /// More tables than this, and those about which there is nothing to say are told of in one line.
    static let fewTables = 20
    /// More notes of one kind than this, and the rest of them are counted.
    static let fewNotes = 5

    let plan: Plan
    let showsAll: Bool
    let style: Style

    /// - Parameter showsAll: Whether every table and note is listed, however many there are.
    init(_ plan: Plan, showsAll: Bool = false, style: Style = .plain) {
        self.plan = plan
        self.showsAll = showsAll
        self.style = style
    }

    /// All of it; ends in a newline.
    var text: String {
        var lines = [
            "\(style.bold("Source"))  \(Self.server(plan.source))",
            "\(style.bold("Target"))  \(Self.server(plan.target))",
        ]
        let (told, trivial) = split()
        for pair in told { lines += [""] + PairText(pair, style: style).lines }
        if !trivial.isEmpty { lines += ["", summary(of: trivial)] }
        lines += notes(.info, "Remarks") + notes(.warning, "Warnings") + notes(.blocker, "Blockers")
        lines += ["", verdict]
        return lines.joined(separator: "\n") + "\n"
    }

    /// What stands in the way, for a copy that is refused.
    var blockers: [String] { notes(.blocker, "Blockers") }

    /// The last line.
    var verdict: String {
        let blockers = plan.blockers.count
        guard blockers == 0 else {
            let things = blockers == 1 ? "1 thing stands" : "\(Units.count(blockers)) things stand"
            return "\(style.red("BLOCKED")): \(things) in the way; nothing was changed."
        }
        let builds = plan.pairs.flatMap(\.indexes).filter { $0.action != .keep }.count
        var parts = [
            Units.count(plan.pairs.count, "table"), Self.rows(plan.pairs), Units.bytes(plan.bytes),
            Units.count(plan.pairs.reduce(0) { $0 + $1.chunkCount }, "chunk"),
        ]
        if builds > 0 { parts.append(Units.count(builds, "index", "indexes") + " to build on the data") }
        return "\(style.green("READY")): \(parts.joined(separator: ", "))."
    }

    /// `db:5432/postgres, PostgreSQL 15.3 (Aurora), pgvector 0.5.1`
    static func server(_ server: ServerInfo) -> String {
        let vector = server.vectorVersion.map { "pgvector \($0)" } ?? "no pgvector"
        return
            "\(server.endpoint.shown), PostgreSQL \(server.version.shown)\(server.isAurora ? " (Aurora)" : ""), \(vector)"
    }

    /// `about 60,000 rows`, of the tables whose rows the server has an estimate for.
    static func rows(_ pairs: [TablePair]) -> String {
        let known = pairs.filter { $0.estimatedRows >= 0 }
        guard !known.isEmpty || pairs.isEmpty else { return "an unknown number of rows" }
        let more = known.count < pairs.count ? " and some uncounted" : ""
        return "about \(Units.count(known.reduce(0) { $0 + $1.estimatedRows }, "row"))\(more)"
    }

    private func split() -> (told: [TablePair], trivial: [TablePair]) {
        guard !showsAll, plan.pairs.count > Self.fewTables else { return (plan.pairs, []) }
        let noted = Set(plan.notes.filter { $0.level != .info }.compactMap(\.table))
        var told: [TablePair] = []
        var trivial: [TablePair] = []
        for pair in plan.pairs {
            if PairText.isTrivial(pair) && !noted.contains(pair.name) || told.count >= 5 * Self.fewTables {
                trivial.append(pair)
            } else {
                told.append(pair)
            }
        }
        return (told, trivial)
    }

    private func summary(of pairs: [TablePair]) -> String {
        let chunks = Units.count(pairs.reduce(0) { $0 + $1.chunkCount }, "chunk")
        let bytes = Units.bytes(pairs.reduce(0) { $0 + $1.bytes })
        return "And \(Units.count(pairs.count, "more table")): \(Self.rows(pairs)), \(bytes), \(chunks). "
            + "--verbose lists them."
    }

    /// The notes of a level under a heading; many of one kind are cut short.
    private func notes(_ level: Note.Level, _ heading: String) -> [String] {
        let notes = plan.notes.filter { $0.level == level }
        guard !notes.isEmpty else { return [] }
        var lines = ["", paint(heading, level)]
        var counts: [Note.Code: Int] = [:]
        for note in notes {
            counts[note.code, default: 0] += 1
            if showsAll || counts[note.code, default: 0] <= Self.fewNotes { lines += Self.lines(of: note) }
        }
        if !showsAll {
            let many = counts.filter { $0.value > Self.fewNotes }
            for (code, count) in many.sorted(by: { $0.key.description < $1.key.description }) {
                lines.append("- and \(Units.count(count - Self.fewNotes)) more of \(code) (--verbose lists them)")
            }
        }
        return lines
    }

    /// `- target, public.items: …`, and what to do on a line of its own.
    static func lines(of note: Note) -> [String] {
        var message = note
        message.hint = nil
        return ["- \(message.description.shown)"] + (note.hint.map { ["  \($0.shown)"] } ?? [])
    }

    private func paint(_ text: String, _ level: Note.Level) -> String {
        switch level {
        case .blocker: style.red(text)
        case .warning: style.yellow(text)
        case .info: style.bold(text)
        }
    }
}
