/// What a comparison has to say of bots: those that are not compared, and those that were not found.
struct BotNotes {
    /// The options of the comparison.
    let request: VerifyRequest
    /// The compared tables.
    let tables: [TableComparison]

    /// The bots that copies left to the target.
    private var keptBots: Set<String?> { tables.reduce(into: []) { $0.formUnion($1.keptBots) } }
    /// The bots that only the target has.
    private var targetBots: Set<String> { tables.reduce(into: []) { $0.formUnion($1.targetBots.map(\.bot)) } }

    /// Refuses a comparison without rows, which must not pass for one without differences.
    func requireNamed() throws(FerryError) {
        guard request.selection.bots != nil else { return }
        let compared = tables.contains { table in table.bots.map { !$0.isEmpty } ?? (table.source.rows > 0) }
        guard !compared else { return }
        guard targetBots.isEmpty else {
            throw FerryError(
                .notComparable,
                "None of the selected bots has rows on the source, so nothing was compared; "
                    + "\(Count.of(targetBots.count)) of them \(targetBots.count == 1 ? "has" : "have") rows on the target.",
                hint: "Add --all-bots to count these rows as differences.")
        }
        throw FerryError(
            .notComparable, "None of the selected bots has rows on either side, so nothing was compared.",
            hint: "Check --bot and --bots; bots that a copy kept on the target are compared only with --all-bots.")
    }

    /// The notes.
    var notes: [Note] { kept + onTargetOnly + unknown }

    private var kept: [Note] {
        let bots = keptBots
        guard !bots.isEmpty else { return [] }
        return [
            Note(
                level: .warning, code: .botsKept, side: .target, table: nil,
                message:
                    "\(Count.of(bots.count, "bot")) that a copy left out, or left as the target had \(bots.count == 1 ? "it, is" : "them, are") "
                    + "not compared.",
                hint: "Add --all-bots to compare \(bots.count == 1 ? "it" : "them").")
        ]
    }

    private var onTargetOnly: [Note] {
        let bots = targetBots.sorted()
        guard !bots.isEmpty else { return [] }
        let rows = tables.reduce(0) { $0 + $1.targetBots.reduce(0) { $0 + $1.rows } }
        let shown = bots.prefix(5).joined(separator: ", ") + (bots.count > 5 ? ", \u{2026}" : "")
        let (verb, pronoun) = bots.count == 1 ? ("is", "it is") : ("are", "they are")
        return [
            Note(
                level: .warning, code: .botsOnTargetOnly, side: .target, table: nil,
                message:
                    "\(Count.of(bots.count, "bot")) with \(Count.of(rows, "row")) \(verb) only on the target, so \(pronoun) "
                    + "not counted: \(shown).",
                hint: "Add --all-bots to count such bots as differences, and with --repair to delete their rows.")
        ]
    }

    private var unknown: [Note] {
        guard let only = request.selection.bots, tables.allSatisfy({ $0.bots != nil || $0.keptBots.isEmpty }) else {
            return []
        }
        let found = tables.reduce(into: Set<String?>()) { $0.formUnion(($1.bots ?? []).map(\.bot)) }
        let (kept, others) = (keptBots, targetBots)
        let unknown = only.filter { !found.contains($0) && !kept.contains($0) && !others.contains($0) }
        guard !unknown.isEmpty else { return [] }
        return [
            Note(
                level: .warning, code: .unknownBots, side: nil, table: nil,
                message: "\(Count.of(unknown.count)) of the selected bots \(unknown.count == 1 ? "has" : "have") "
                    + "no rows on either side.",
                hint: "Check the ids; a bot without knowledge has no rows.")
        ]
    }
}
