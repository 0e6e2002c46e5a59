import Testing

@testable import Ferry

/// Patterns mean what they mean to psql (psql documentation, "Patterns").
@Suite struct TablePatternTests {
    /// Pattern, schema, name, and whether it is meant.
    static let cases: [(String, String, String, Bool)] = [
        ("items", "public", "items", true), ("items", "other", "items", true), ("ITEMS", "public", "items", true),
        ("ITEMS", "public", "ITEMS", false), ("\"ITEMS\"", "public", "ITEMS", true),
        ("it\"EM\"s", "public", "itEMs", true), ("item", "public", "items", false), ("item?", "public", "items", true),
        ("item?", "public", "item", false), ("i*s", "public", "is", true), ("i*s", "public", "items", true),
        ("*", "any", "", true), ("*m*s", "public", "mississippi", false), ("*s*i", "public", "mississippi", true),
        ("public.items", "public", "items", true), ("public.items", "other", "items", false),
        ("PUB*.IT*", "public", "items", true), ("*.items", "other", "items", true),
        ("\"a.b\"", "public", "a.b", true), ("\"a.b\".\"c.d\"", "a.b", "c.d", true),
        ("\"i*\"", "public", "items", false), ("\"i*\"", "public", "i*", true), ("\"?\"", "public", "x", false),
        ("\"say \"\"hi\"\"\"", "public", "say \"hi\"", true), ("Été", "public", "été", true),
        ("🦊?", "public", "🦊🦊", true), ("??", "public", "e\u{301}", true),
    ]

    @Test(arguments: cases)
    func `a pattern matches`(_ text: String, _ schema: String, _ name: String, _ expected: Bool) throws {
        let pattern = try #require(TablePattern(text))
        #expect(pattern.matches(QualifiedName(schema: schema, name: name)) == expected)
    }

    @Test(arguments: ["", ".", "a.", ".a", "a.b.c", "\"open", "a\"", "\"\""])
    func `what is no pattern is refused`(_ text: String) { #expect(TablePattern(text) == nil) }

    @Test func `a pattern that could match in many ways takes no longer for it`() throws {
        let pattern = try #require(TablePattern(String(repeating: "*a", count: 30) + "b"))
        let start = ContinuousClock.now
        #expect(!pattern.matches(QualifiedName(schema: "s", name: String(repeating: "a", count: 63))))
        #expect(ContinuousClock.now - start < .seconds(1))
    }
}
