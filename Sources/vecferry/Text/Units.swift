import Ferry

/// Amounts as text for people.
enum Units {
    /// Returns a number with its digits grouped: `60,000`.
    static func count(_ number: Int) -> String { Count.of(number) }

    /// Returns a number and its noun, which agree: `1 row`, `60,000 rows`.
    static func count(_ number: Int, _ singular: String, _ plural: String? = nil) -> String {
        Count.of(number, singular, plural)
    }

    /// Returns an amount of data: `363 MB`. Units are powers of 1024 under the names of `pg_size_pretty`; one decimal
    /// below 10.
    static func bytes(_ bytes: Int) -> String {
        let names = ["bytes", "kB", "MB", "GB", "TB", "PB"]
        guard bytes.magnitude >= 1024 else { return count(bytes, "byte") }
        var size = Double(bytes)
        var unit = 0
        // 1023.5 would be shown as 1,024 of a unit where it is 1.0 of the next.
        while size.magnitude >= 1023.5, unit < names.count - 1 {
            size /= 1024
            unit += 1
        }
        let text = size.magnitude < 9.95 ? tenths(size) : count(Int(size.rounded()))
        return "\(text) \(names[unit])"
    }

    /// Returns a pace: `121 MB/s`.
    static func rate(_ bytesPerSecond: Double) -> String {
        "\(bytes(bytesPerSecond.isFinite ? Int(min(bytesPerSecond, 1e18)) : 0))/s"
    }

    /// Returns a duration: `0.4 s`, `9.1 s`, `42 s`, `3 min 5 s`, `2 h 7 min`.
    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e9 else { return "?" }
        if seconds < 9.95 { return "\(tenths(max(0, seconds))) s" }
        let whole = Int(seconds.rounded())
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
        return "\(count(whole / 3600)) h \(whole % 3600 / 60) min"
    }

    /// Returns a share: `34%`; never 100%, which only the end of the work proves.
    static func percent(_ fraction: Double) -> String { "\(min(99, max(0, Int(fraction * 100))))%" }

    private static func tenths(_ number: Double) -> String {
        let scaled = Int((number * 10).rounded())
        return "\(scaled / 10).\(scaled.magnitude % 10)"
    }
}

extension String {
    /// The text with a capital at its beginning.
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }

    /// The text with its control characters shown as escapes: names come from databases, and one that holds an escape
    /// sequence must not control the operator's terminal.
    var shown: String {
        guard unicodeScalars.contains(where: \.isControl) else { return self }
        var shown = ""
        for scalar in unicodeScalars {
            if scalar == "\t" {
                // libpq indents its messages with tabs.
                shown += " "
            } else if scalar.isControl {
                shown += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }
}

extension Unicode.Scalar {
    /// Whether the scalar can make a terminal show something else than the text: it is in C0, DEL or C1, separates lines, is
    /// invisible, or changes the direction of writing (Unicode Standard Annex #9, "Directional Formatting Characters").
    var isControl: Bool {
        switch value {
        case 0..<0x20, 0x7f..<0xa0, 0xad, 0x61c, 0x180e, 0x200b, 0x200e...0x200f, 0x2028...0x202e, 0x2060...0x206f,
            0xfeff,
            0xfff9...0xfffb:
            true
        default: false
        }
    }
}
