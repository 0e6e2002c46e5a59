import Ferry

/// Notes that differ in their table alone, as one.
struct NoteGroup {
    /// The first of the notes.
    private(set) var note: Note
    /// Their tables.
    private(set) var tables: [QualifiedName]

    /// The number of tables that are named; the rest are counted.
    private static let few = 3

    /// Takes one note alone.
    init(of note: Note) {
        self.note = note
        tables = [note.table].compactMap(\.self)
    }

    /// Groups notes; a group is at the place of its first note.
    static func groups(of notes: [Note]) -> [NoteGroup] {
        var groups: [NoteGroup] = []
        var places: [String: Int] = [:]
        for note in notes {
            var key = note
            key.table = nil
            let text = "\(note.level) \(note.code) \(key)"
            if let place = places[text], let table = note.table {
                groups[place].tables.append(table)
            } else {
                if note.table != nil { places[text] = groups.count }
                groups.append(NoteGroup(of: note))
            }
        }
        return groups
    }

    /// `target, public.a, public.b, public.c and 27 more tables: <message>`
    var message: String {
        let names = tables.prefix(Self.few).map(\.description).joined(separator: ", ")
        let left = tables.count - Self.few
        let more = left > 0 ? " and \(Units.count(left, "more table"))" : ""
        let place = [note.side?.rawValue, tables.isEmpty ? nil : names + more].compactMap(\.self).joined(
            separator: ", ")
        return place.isEmpty ? note.message : "\(place): \(note.message)"
    }

    /// The message and the hint.
    var text: String { note.hint.map { "\(message) \($0)" } ?? message }
}
