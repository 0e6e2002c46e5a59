import Mustache

/// Text in HTML.
enum PageText {
    /// The text with the characters that mean something in HTML as references, and those that control a terminal or the direction of
    /// writing as escapes. Scalars are escaped, not characters: a quotation mark with an accent still ends an attribute.
    static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { isSpecial($0) || $0 < 0x20 || $0 >= 0x7f }) else { return text }
        var escaped = ""
        for scalar in text.shown.unicodeScalars {
            switch scalar {
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "&": escaped += "&amp;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), UInt8(ascii: "\""), UInt8(ascii: "'"): true
        default: false
        }
    }

    /// What the template's values pass through.
    struct Escaping: MustacheContentType {
        /// The name that the template selects it by.
        static let name = "PAGE"

        func escapeText(_ text: String) -> String { PageText.escaped(text) }
    }
}
