import Foundation
import Testing

@testable import Ferry

@Suite struct NoteTests {
    @Test func `a code is stored as its name, also one that this vecferry does not know`() throws {
        for code in [Note.Code.sourceChanged, Note.Code(description: "from_the_future")] {
            let data = try JSONEncoder().encode([code])
            #expect(String(decoding: data, as: UTF8.self) == "[\"\(code)\"]")
            #expect(try JSONDecoder().decode([Note.Code].self, from: data) == [code])
        }
        #expect("\(Note.Code.sourceChanged)" == "source_changed")
    }
}
