import Postgres
import Testing

/// PostgreSQL's text form of arrays (documentation, "Array Input and Output Syntax").
@Suite struct ArrayTextTests {
    @Test(
        arguments: [
            ("{}", []), ("{a}", ["a"]), ("{a,b c}", ["a", "b c"]), ("{\"\"}", [""]), ("{\"\",x}", ["", "x"]),
            ("{\"a,b\",\"{c}\"}", ["a,b", "{c}"]),
            ("{\"say \\\"hi\\\"\",\"back\\\\slash\"}", ["say \"hi\"", "back\\slash"]),
            ("{\"line\nbreak\"}", ["line\nbreak"]), ("{\"e\u{301}\"}", ["e\u{301}"]), ("{\"\u{301}\"}", ["\u{301}"]),
        ] as [(String, [String])])
    func `an array is read`(_ text: String, _ elements: [String]) { #expect(ArrayText.parse(text) == elements) }

    @Test(arguments: ["", "{", "}", "a", "{a", "a}"])
    func `what is no array is not read`(_ text: String) { #expect(ArrayText.parse(text) == nil) }

    @Test func `what is written is read back`() {
        let pieces = ["", "a", "\"", "\\", ",", "{", "}", " ", "\u{301}", "NULL", "🦊", "\n"]
        for first in pieces {
            for second in pieces {
                for elements in [[first + second], [first, second], [first, first + second, second]] {
                    #expect(ArrayText.parse(ArrayText.format(elements)) == elements)
                }
            }
        }
        #expect(ArrayText.parse(ArrayText.format([String]())) == [])
    }
}
