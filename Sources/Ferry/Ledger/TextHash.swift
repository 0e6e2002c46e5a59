/// XXH3-128 of a text's UTF-8, as 32 hexadecimal digits.
enum TextHash {
    /// Hashes a text. Equal texts have equal hashes.
    static func of(_ text: String) -> String {
        let bytes = Array(text.utf8)
        return Digest(rows: 1, sum: RowHash.of(bytes.span.bytes)).hex
    }
}
