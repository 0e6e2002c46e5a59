import Testing

@testable import vecferry

@Suite struct NaturalOrderTests {
    @Test func `numbers in names are compared as numbers`() {
        let sorted = ["a", "a1", "a2", "a10", "a10b", "a011", "b2c3", "b2c10", "b10", "ä1"]
        #expect(sorted.shuffled().sorted(by: NaturalOrder.isBefore) == sorted)
        #expect(
            !NaturalOrder.isBefore("a1", "a1") && !NaturalOrder.isBefore("a01", "a1")
                && !NaturalOrder.isBefore("a1", "a01"))
    }
}
