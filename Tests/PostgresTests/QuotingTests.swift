import Postgres
import Testing

@Suite struct QuotingTests {
    @Test(
        arguments: [
            ("items", #""items""#), ("", #""""#), (#"a"b"#, #""a""b""#), ("\"", "\"\"\"\""), ("it's", #""it's""#),
            (#"a\b"#, #""a\b""#), ("Über straße", #""Über straße""#), ("a;--", #""a;--""#),
        ])
    func `an identifier is quoted, with any characters in it`(text: String, quoted: String) {
        #expect(text.quotedIdentifier == quoted)
    }

    @Test(
        arguments: [
            ("items", "'items'"), ("", "''"), ("it's", "'it''s'"), ("'", "''''"), (#"a"b"#, #"'a"b'"#),
            (#"a\b"#, #"E'a\\b'"#), (#"\'"#, #"E'\\'''"#), (#"\"#, #"E'\\'"#),
        ])
    func `a literal is quoted, with any characters in it`(text: String, quoted: String) {
        #expect(text.quotedLiteral == quoted)
    }

    /// A quote and the mark after it are one `Character`, which is not equal to a quote.
    @Test func `a combining mark hides no quote and no backslash`() {
        let mark = "\u{301}"
        func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
        #expect(bytes("a\"\(mark)b".quotedIdentifier) == bytes("\"a\"") + bytes("\"\(mark)b\""))
        #expect(bytes("a'\(mark)b".quotedLiteral) == bytes("'a'") + bytes("'\(mark)b'"))
        #expect(bytes("a\\\(mark)b".quotedLiteral) == bytes("E'a\\") + bytes("\\\(mark)b'"))
        // At the start it joins the quote that opens.
        #expect(bytes("\(mark)\"".quotedIdentifier) == bytes("\"\(mark)\"") + bytes("\"\""))
    }
}
