/// The number of columns that text takes on a terminal.
enum TextWidth {
    /// Returns the columns of all characters together.
    static func of(_ text: some StringProtocol) -> Int { text.reduce(0) { $0 + of($1) } }

    /// Returns the columns of one character: East Asian wide characters and most emoji take two (Unicode Standard Annex
    /// 11).
    static func of(_ character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        switch scalar.value {
        case 0x1100...0x115f, 0x2e80...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60,
            0xffe0...0xffe6, 0x1f300...0x1faff, 0x20000...0x3fffd:
            return 2
        default: return 1
        }
    }

    /// Returns the text, cut to `width` columns with an ellipsis if it is longer.
    static func cut(_ text: String, to width: Int) -> String {
        guard of(text) > width else { return text }
        var kept = ""
        var used = 0
        for character in text {
            used += of(character)
            if used > width - 1 { break }
            kept.append(character)
        }
        return kept + "\u{2026}"
    }

    /// Returns the text, cut to `width` columns with an ellipsis in front: of names, the end tells them apart.
    static func ending(_ text: String, in width: Int) -> String {
        guard of(text) > width else { return text }
        var kept: [Character] = []
        var used = 0
        for character in text.reversed() {
            used += of(character)
            if used > width - 1 { break }
            kept.append(character)
        }
        return "\u{2026}" + String(kept.reversed())
    }

    /// Returns the text, cut or filled up with spaces to `width` columns.
    static func padded(_ text: String, to width: Int) -> String {
        let cut = cut(text, to: width)
        return cut + String(repeating: " ", count: max(0, width - of(cut)))
    }
}
