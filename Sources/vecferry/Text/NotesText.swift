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
        if showsAll { return lines + notes.flatMap { Self.lines(of: NoteGroup(of: $0)) } }
        for (group, others) in Self.few(of: NoteGroup.groups(of: notes)) {
            lines += Self.lines(of: group)
            if others > 0 { lines.append("- and \(Units.count(others)) more like this (--verbose lists them)") }
        }
        return lines
    }

    /// The first few of each kind, in order, the last of them with the number of those that are left out.
    static func few(of groups: [NoteGroup]) -> [(group: NoteGroup, others: Int)] {
        let all = Dictionary(grouping: groups, by: \.note.code).mapValues(\.count)
        var shown: [Note.Code: Int] = [:]
        return groups.compactMap { group in
            let code = group.note.code
            shown[code, default: 0] += 1
            guard let count = shown[code], count <= few else { return nil }
            return (group, count == few ? all[code, default: 0] - few : 0)
        }
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
