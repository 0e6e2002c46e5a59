#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A plan or a report as stored in the ledger: JSON with sorted keys, which any later vecferry reads.
///
/// Invariants:
/// - The types of `Ledger/Stored` are the format, separate from the engine's types. A field keeps its name and its
///   meaning, which is that of the engine's field of the same name.
/// - A field added after the first format is optional, and its default is set where it is converted to the engine's
///   field.
/// - An unknown word or choice was written by a newer vecferry; it is not damage.
/// - A change that an older vecferry would misread raises ``Ledger/format``, so that the older one refuses.
protocol StoredDocument: Codable, Sendable {
    /// The ``Ledger/format`` in which it was written; nil in the first format.
    var format: Int? { get }
    /// The version of the vecferry that wrote it; nil in the first format.
    var vecferry: String? { get }
}

/// The reason why a document of the ledger can't be used.
enum StoredFault: Error, Equatable {
    /// The document does not conform to its format.
    case damaged
    /// The document holds a word, a choice or a format that this vecferry does not know.
    ///
    /// - Parameter writer: The version that wrote it, if recorded.
    case newer(writer: String?)
}

extension StoredDocument {
    /// The JSON text. Equal documents have equal texts.
    var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // The values are strings, integers and finite numbers, none of which can fail to be encoded.
        let data = try? encoder.encode(self)
        return String(decoding: data ?? Data(), as: UTF8.self)
    }

    /// Parses the ``text`` of this vecferry or an older one.
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

/// The writer of a document, which every format records in the same fields.
private struct StoredWriter: Decodable {
    var format: Int?
    var vecferry: String?
}

/// An error of decoding: a word or a choice that this vecferry does not know.
struct StoredUnknown: Error {}

/// One word of a fixed set, whose raw values are part of the format.
struct StoredWord<Value: RawRepresentable & Sendable & Equatable>: Codable, Sendable, Equatable
where Value.RawValue == String {
    /// The engine's value.
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
