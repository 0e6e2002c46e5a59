#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// How plans and reports are kept as text: JSON with sorted keys, so that equal values are equal texts.
enum PlanCoding {
    /// The same text for equal values.
    static func encode(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Plans hold strings, integers and digests; none of them can fail to be encoded.
        let data = try? encoder.encode(value)
        return String(decoding: data ?? Data(), as: UTF8.self)
    }

    /// nil where the text is not that of such a value.
    static func decode<Value: Decodable>(_ type: Value.Type, _ text: String) -> Value? {
        try? JSONDecoder().decode(type, from: Data(text.utf8))
    }

    /// XXH3-128 of the text, in hexadecimal.
    static func hash(_ text: String) -> String {
        let bytes = Array(text.utf8)
        return Digest(rows: 1, sum: RowHash.of(bytes.span.bytes)).hex
    }
}
