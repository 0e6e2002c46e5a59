import Testing

@testable import Ferry

@Suite struct NoteTests {
    @Test func `a code is stored as its name, also one that this vecferry does not know`() {
        for code in [Note.Code.sourceChanged, Note.Code(description: "from_the_future")] {
            let stored = StoredNote(Note(level: .info, code: code, side: nil, table: nil, message: "M."))
            #expect(stored.code == "\(code)")
            #expect(stored.note.code == code)
        }
        #expect("\(Note.Code.sourceChanged)" == "source_changed")
    }
}
