import ArgumentParser
import Ferry
import Testing

@testable import vecferry

/// The file of `--queries`.
@Suite struct QueriesFileTests {
    private func parse(_ text: String) throws -> [GivenQuery] { try QueriesFile.parse(Array(text.utf8), name: "q.txt") }

    @Test func `a line is a vector, after its bot where there is one`() throws {
        #expect(
            try parse("\u{feff}[1,2]\r\n\n  \nbot1 [1, 2.5]\n01HXY\t{1:2}/5\n0101\n7 0110\n") == [
                GivenQuery(vector: "[1,2]"), GivenQuery(vector: "[1,2.5]", bot: "bot1"),
                GivenQuery(vector: "{1:2}/5", bot: "01HXY"), GivenQuery(vector: "0101"),
                GivenQuery(vector: "0110", bot: "7"),
            ])
    }

    @Test(arguments: ["[1,2\n", "a b [1,2]", "bot1", "[1,2] bot1", "[a]", "bot1 bot2"])
    func `a line that is no query is named`(_ line: String) throws {
        let error = #expect(throws: ValidationError.self) { try parse("[1,2]\n" + line) }
        #expect(error?.message.contains("line 2 of q.txt") == true)
    }

    @Test(arguments: ["", "\n \n"]) func `a file without queries is refused`(_ text: String) throws {
        let error = #expect(throws: ValidationError.self) { try parse(text) }
        #expect(error?.message.contains("lists no queries") == true)
    }
}
