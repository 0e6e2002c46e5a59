import ArgumentParser

/// A file of bot ids: one per line; `#` starts a comment; blank lines are ignored.
enum BotsFile {
    /// The longest file that is read, in bytes. An id takes about 27 bytes, so this holds more than a million.
    static let limit = 32 << 20

    /// Reads the ids of a file; `-` is standard input.
    ///
    /// - Throws: `ValidationError` if the file can't be read or is not a list of bots.
    static func read(_ path: String) throws -> [String] {
        switch Machine.read(path, limit: limit) {
        case .bytes(let bytes): try parse(bytes, name: path == "-" ? "standard input" : path)
        case .failure(let reason):
            throw ValidationError("--bots: \(path.shown) can't be read: \(reason).")
        case .tooLong:
            throw ValidationError("--bots: \(path.shown) is longer than \(Units.bytes(limit)); give a list of bot ids.")
        }
    }

    /// Reads the ids, in the file's order.
    ///
    /// - Parameter name: The file's name, for errors.
    /// - Throws: `ValidationError` if the bytes are not UTF-8 text or hold no id.
    static func parse(_ bytes: [UInt8], name: String) throws -> [String] {
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
            throw ValidationError("--bots: \(name.shown) is not UTF-8 text; give one bot id per line.")
        }
        let content =
            text.unicodeScalars.first == "\u{feff}" ? text.unicodeScalars.dropFirst() : text.unicodeScalars[...]
        var ids: [String] = []
        for line in content.split(whereSeparator: { $0 == "\n" || $0 == "\r" }) {
            let id = withoutComment(line)
            if !id.isEmpty { ids.append(id) }
        }
        guard !ids.isEmpty else {
            throw ValidationError(
                "--bots: \(name.shown) lists no bots; to select all bots, leave out --bots.")
        }
        return ids
    }

    /// Returns the line without its comment, which begins at the line's first character or after a space, so that an id
    /// may hold a `#`.
    private static func withoutComment(_ line: Substring.UnicodeScalarView) -> String {
        var kept = String.UnicodeScalarView()
        var previous: Unicode.Scalar = " "
        for scalar in line {
            if scalar == "#" && isSpace(previous) { break }
            kept.append(scalar)
            previous = scalar
        }
        while let last = kept.last, isSpace(last) { kept.removeLast() }
        return String(String.UnicodeScalarView(kept.drop(while: isSpace)))
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" }
}
