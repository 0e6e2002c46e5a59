import ArgumentParser
import Ferry

/// A file of queries: a vector a line as its type writes it, after a bot's id and a space where one bot is searched; blank lines are
/// ignored.
enum QueriesFile {
    /// The longest file that is read, in bytes. A vector of 2,000 dimensions takes some 25 kB, so this holds thousands.
    static let limit = 256 << 20

    /// Reads the queries of a file; `-` is standard input.
    ///
    /// - Throws: `ValidationError` if the file can't be read or is not a list of queries.
    static func read(_ path: String) throws -> [GivenQuery] {
        switch Machine.read(path, limit: limit) {
        case .bytes(let bytes): try parse(bytes, name: path == "-" ? "standard input" : path)
        case .failure(let reason):
            throw ValidationError("--queries: \(path.shown) can't be read: \(reason).")
        case .tooLong:
            throw ValidationError(
                "--queries: \(path.shown) is longer than \(Units.bytes(limit)); give a vector a line.")
        }
    }

    /// Parses the queries, in the file's order.
    ///
    /// - Parameter name: The file's name, for errors.
    /// - Throws: `ValidationError` that names the line which is no query.
    static func parse(_ bytes: [UInt8], name: String) throws -> [GivenQuery] {
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
            throw ValidationError("--queries: \(name.shown) is not UTF-8 text; give a vector a line.")
        }
        var queries: [GivenQuery] = []
        // A carriage return and a line feed are one Character.
        for (number, line) in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
        {
            let words = line.split { $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "\u{feff}" }.map { String($0) }
            guard !words.isEmpty else { continue }
            guard let query = query(words) else {
                throw ValidationError(
                    "--queries: line \(Units.count(number + 1)) of \(name.shown) is no query; give a vector, such as "
                        + "[0.1,0.2], after its bot and a space where bots are searched.")
            }
            queries.append(query)
        }
        guard !queries.isEmpty else {
            throw ValidationError(
                "--queries: \(name.shown) lists no queries; to make them from stored rows, leave out --queries.")
        }
        return queries
    }

    private static func query(_ words: [String]) -> GivenQuery? {
        // A vector may be written with spaces after its commas. A bot's id comes before, and may begin with a digit.
        let start = words.firstIndex { $0.hasPrefix("[") || $0.hasPrefix("{") } ?? words.count - 1
        let vector = words[start...].joined()
        guard start <= 1, GivenQuery.isVector(vector) else { return nil }
        return GivenQuery(vector: vector, bot: start == 1 ? words[0] : nil)
    }
}
