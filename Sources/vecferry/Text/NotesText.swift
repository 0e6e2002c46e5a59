import Ferry

/// The notes of a result under headings, blockers last.
struct NotesText {
    /// The number of notes of one kind that are listed; the rest are counted.
    static let few = 5

    /// All notes, in the engine's order.
    let notes: [Note]
    /// Whether every note is listed, however many there are.
    var showsAll = true

    /// The verdict if there are blockers.
    var blocked: Line { "\(blockers); nothing was changed." }

    /// The number of blockers, without the consequence for the target.
    var blockers: Line {
        let blockers = notes.count { $0.level == .blocker }
        return "\("BLOCKED", .bad): \(Units.count(blockers, "blocker"))"
    }

    /// Every level that has notes, each below an empty line and its heading.
    var lines: [Line] { [.info, .warning, .blocker].flatMap { self.lines($0) } }

    /// Returns the notes of a level, below an empty line and a heading; no lines if there are none.
    func lines(_ level: Note.Level) -> [Line] {
        let notes = notes.filter { $0.level == level }
        guard !notes.isEmpty else { return [] }
        var lines: [Line] = [.empty, Self.heading(level)]
        var counts: [String: Int] = [:]
        for group in showsAll ? notes.map({ NoteGroup(of: $0) }) : NoteGroup.groups(of: notes) {
            let code = "\(group.note.code)"
            counts[code, default: 0] += 1
            if showsAll || counts[code, default: 0] <= Self.few { lines += Self.lines(of: group) }
        }
        guard !showsAll else { return lines }
        for (code, count) in counts.sorted(by: { $0.key < $1.key }) where count > Self.few {
            lines.append("- and \(Units.count(count - Self.few)) more with code \(code) (--verbose lists them)")
        }
        return lines
    }

    /// Returns the note as `- target, public.items: …`, and its hint on a line of its own.
    private static func lines(of group: NoteGroup) -> [Line] {
        ["- \(group.message)"] + (group.note.hint.map { ["  \($0)"] } ?? [])
    }

    private static func heading(_ level: Note.Level) -> Line {
        switch level {
        case .blocker: Line("Blockers", .bad)
        case .warning: Line("Warnings", .attention)
        case .info: Line("Remarks", .name)
        }
    }
}
