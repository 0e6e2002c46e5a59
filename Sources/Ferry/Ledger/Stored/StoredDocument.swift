#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A plan or a report as the ledger holds it: JSON with sorted keys, read by any later vecferry.
///
/// Invariants:
/// - The types of `Ledger/Stored` are the format, apart from the engine's types. A field keeps its name and its meaning;
///   each has that of the engine's type which its own type becomes.
/// - A field that came after the first format is optional, and its default stands where it becomes the engine's.
/// - A word or a choice that is not known here was written by a newer vecferry; it is not damage.
/// - What an older vecferry must not take for something else raises ``Ledger/format``, which makes it refuse.
protocol StoredDocument: Codable, Sendable {
    /// ``Ledger/format`` when it was written; nil in the first format.
    var format: Int? { get }
    /// The version of the vecferry that wrote it; nil in the first format.
    var vecferry: String? { get }
}

/// Why a document of the ledger can't be used.
enum StoredFault: Error, Equatable {
    /// It is not what a vecferry of its format wrote.
    case damaged
    /// It holds something that this vecferry does not know.
    ///
    /// - Parameter writer: The version that wrote it, if it says so.
    case newer(writer: String?)
}

extension StoredDocument {
    /// The JSON text: the same for equal documents.
    var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings, integers and finite numbers: none of them can fail to be encoded.
        let data = try? encoder.encode(self)
        return String(decoding: data ?? Data(), as: UTF8.self)
    }

    /// Reads what ``text`` gave, in this vecferry or an older one.
    init(text: String) throws(StoredFault) {
        let data = Data(text.utf8)
        guard let writer = try? JSONDecoder().decode(StoredWriter.self, from: data) else { throw .damaged }
        guard writer.format ?? 1 <= Ledger.format else { throw .newer(writer: writer.vecferry) }
        do {
            self = try JSONDecoder().decode(Self.self, from: data)
        } catch is StoredUnknown {
            throw .newer(writer: writer.vecferry)
        } catch {
            throw .damaged
        }
    }
}

/// Who wrote a document: what every format says in the same way.
private struct StoredWriter: Decodable {
    var format: Int?
    var vecferry: String?
}

/// Thrown while decoding, at a word or a choice that this vecferry does not know.
struct StoredUnknown: Error {}

/// One word of a fixed set. Its raw values are part of the format.
struct StoredWord<Value: RawRepresentable & Sendable & Equatable>: Codable, Sendable, Equatable
where Value.RawValue == String {
    /// The engine's.
    var value: Value

    init(_ value: Value) { self.value = value }

    init(from decoder: any Decoder) throws {
        let word = try decoder.singleValueContainer().decode(String.self)
        guard let value = Value(rawValue: word) else { throw StoredUnknown() }
        self.value = value
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value.rawValue)
    }
}

/// The value of a choice that has none: `{}`.
struct StoredNothing: Codable, Sendable, Equatable {}

/// The value of a choice that has one: `{"_0": …}`.
struct StoredOne<Value: Codable & Sendable & Equatable>: Codable, Sendable, Equatable {
    private enum CodingKeys: String, CodingKey { case value = "_0" }

    var value: Value

    init(_ value: Value) { self.value = value }
}
