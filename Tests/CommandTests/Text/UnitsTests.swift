import Testing

@testable import vecferry

@Suite struct UnitsTests {
    @Test(arguments: [
        (0, "0 rows"), (1, "1 row"), (999, "999 rows"), (1000, "1,000 rows"), (60_000, "60,000 rows"),
        (1_234_567, "1,234,567 rows"), (-1500, "-1,500 rows"),
    ])
    func `counts are grouped and agree with their noun`(number: Int, text: String) {
        #expect(Units.count(number, "row") == text)
    }

    @Test(arguments: [
        (0, "0 bytes"), (1, "1 byte"), (1023, "1,023 bytes"), (1024, "1.0 kB"), (10_240, "10 kB"),
        (363 << 20, "363 MB"), ((1024 << 20) - 1, "1.0 GB"), (1023 << 20, "1,023 MB"), (5 << 40, "5.0 TB"),
    ])
    func `bytes are written as PostgreSQL writes them`(bytes: Int, text: String) {
        #expect(Units.bytes(bytes) == text)
    }

    @Test(arguments: [
        (0.04, "0.0 s"), (9.1, "9.1 s"), (9.96, "10 s"), (59.6, "1 min 0 s"), (185, "3 min 5 s"), (7620, "2 h 7 min"),
        (Double.infinity, "?"),
    ])
    func `durations take the unit that fits`(seconds: Double, text: String) {
        #expect(Units.duration(seconds) == text)
    }

    @Test func `a percentage is never 100 before the end`() {
        #expect(Units.percent(0.999) == "99%")
        #expect(Units.percent(1.7) == "99%")
        #expect(Units.percent(0.345) == "34%")
    }

    @Test func `a name can't control the terminal`() {
        #expect("a\u{1b}[2Jb\nc".shown == "a\\u{1b}[2Jb\\u{a}c")
        #expect("a\tb".shown == "a b")
        #expect("\u{9b}31m".shown == "\\u{9b}31m")
        for mark in ["\u{200e}", "\u{200f}", "\u{61c}", "\u{2028}", "\u{2029}", "\u{202e}", "\u{2066}", "\u{feff}"] {
            #expect("a\(mark)b".shown == "a\\u{\(String(mark.unicodeScalars.first!.value, radix: 16))}b")
        }
        // A joiner is part of letters and pictures.
        #expect("\u{1f469}\u{200d}\u{1f680}".shown == "\u{1f469}\u{200d}\u{1f680}")
        #expect("caf\u{e9} \u{1f600} \"x\"".shown == "caf\u{e9} \u{1f600} \"x\"")
    }

    @Test func `wide characters count twice`() {
        #expect(TextWidth.of("ab\u{8868}") == 4)
        #expect(TextWidth.cut("\u{8868}\u{8868}\u{8868}", to: 5) == "\u{8868}\u{8868}\u{2026}")
        #expect(TextWidth.padded("ab", to: 4) == "ab  ")
        #expect(TextWidth.cut("abcd", to: 4) == "abcd")
    }
}
