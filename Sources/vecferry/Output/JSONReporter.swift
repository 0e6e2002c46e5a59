import Ferry
import FoundationEssentials

/// `--json`: writes the result to standard output, indented and with its keys in order, so that two results can be
/// compared as text.
///
/// The shape is stable and independent of the engine's types: within one `format`, fields may be added, but none is
/// renamed, removed or given another meaning. A field without a value is left out.
struct JSONReporter: Reporter {
    /// The version of the shape.
    static let format = 1

    /// The console that the result is written to.
    let console: Console

    func show(_ result: CommandResult) throws {
        // Standard output holds the JSON, so the sentence for people goes to standard error.
        if case .refused = result { console.message(result.text().verdict) }
        try console.result(try Self.text(of: result))
    }

    /// `status --watch`: a document a line, for as long as something is at work.
    func take(_ event: Event) {
        guard case .status(let report) = event, let text = try? Self.text(of: .status(report), isOneLine: true) else {
            return
        }
        // A reader that is gone is noticed at the end.
        try? console.result(text)
    }

    /// Returns the document for a result.
    static func text(of result: CommandResult, isOneLine: Bool = false) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if !isOneLine { encoder.outputFormatting.insert(.prettyPrinted) }
        return escaped(String(decoding: try encoder.encode(document(result)), as: UTF8.self))
    }

    /// Escapes characters that would control a terminal and that the encoder leaves as they are. They occur in strings only;
    /// the encoder's own newlines stay.
    private static func escaped(_ json: String) -> String {
        guard json.unicodeScalars.contains(where: { $0 != "\n" && $0.isControl }) else { return json }
        var text = ""
        for scalar in json.unicodeScalars {
            if scalar != "\n", scalar.isControl {
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    private static func document(_ result: CommandResult) -> any Encodable {
        switch result {
        case .plan(let plan), .refused(let plan): PlanDocument(plan)
        case .copy(let report, _): CopyDocument(report)
        case .verify(let report): VerifyDocument(report)
        case .indexPlan(let plan): IndexStepDocument(plan)
        case .index(let report): IndexDocument(report)
        case .tune(let report): TuneDocument(report)
        case .bots(let report): BotsDocument(report)
        case .undo(let report): UndoDocument(report)
        case .status(let report): StatusDocument(report)
        }
    }
}
