import Ferry
import FoundationEssentials

/// The JSON of `--json`: indented, keys in order, so that two results can be compared as text.
///
/// Its shape is stable: within one `format`, fields may be added, and none is renamed, removed or given another meaning.
/// A field without a value is left out.
enum JSONOutput {
    /// The number of the shape.
    static let format = 1

    /// A plan, with `ready`.
    static func text(_ plan: Plan) throws -> String { try text(plan, "ready", plan.isReady) }

    /// A copy's report, with `rows`.
    static func text(_ report: JobReport) throws -> String { try text(report, "rows", report.rows) }

    /// A comparison, with `outcome`.
    static func text(_ report: VerifyReport) throws -> String { try text(report, "outcome", report.outcome) }

    /// A plan of the index stage, with `ready`.
    static func text(_ plan: IndexStepPlan) throws -> String { try text(plan, "ready", plan.isReady) }

    /// A report of the index stage, with `done`.
    static func text(_ report: IndexStepReport) throws -> String { try text(report, "done", report.isDone) }

    /// A value's own fields, with the format and what follows from them beside them.
    private static func text(_ value: some Encodable, _ name: String, _ verdict: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let document = Document(value: value, name: Document.Key(stringValue: name), verdict: verdict)
        return String(decoding: try encoder.encode(document), as: UTF8.self)
    }

    private struct Document: Encodable {
        let value: any Encodable
        let name: Key
        let verdict: any Encodable

        struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }

            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        func encode(to encoder: any Encoder) throws {
            try value.encode(to: encoder)
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(JSONOutput.format, forKey: Key(stringValue: "format"))
            try verdict.encode(to: container.superEncoder(forKey: name))
        }
    }
}
