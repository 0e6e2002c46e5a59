import Ferry
import FoundationEssentials

/// `--json`: writes the result to standard output, indented and with its keys in order, so that two results can be
/// compared as text; of a command that failed, why.
///
/// The shape is stable and independent of the engine's types: within one `format`, fields may be added, but none is
/// renamed, removed or given another meaning. A field without a value is left out. `Schema/result.json` describes it.
struct JSONReporter: Reporter {
    /// The version of the shape. Format 2 has `command` and `outcome` everywhere, errors, units in names, and times of ISO 8601.
    static let format = 2

    /// The console that the result is written to.
    let console: Console
    /// The command's name.
    let command: String

    func show(_ result: CommandResult) throws {
        // Standard output holds the JSON, so the sentence for people goes to standard error.
        if case .refused = result { console.message(result.text().verdict) }
        try console.result(try Self.text(of: CommandDocument(command, result)))
    }

    func show(_ failure: CommandFailure) {
        let document: CommandDocument? =
            switch failure {
            case .error(let error): CommandDocument(command, error)
            case .stopped(let resumes): CommandDocument(command, stoppedAndResumes: resumes)
            case .stopping, .undelivered: nil
            }
        guard let document, let text = try? Self.text(of: document) else { return }
        // The log says the same, and the exit status.
        try? console.result(text)
    }

    /// `status --watch`: one document a line while a command is running.
    func take(_ event: Event) {
        guard case .status(let report) = event,
            let text = try? Self.text(of: CommandDocument(command, .status(report)), isOneLine: true)
        else { return }
        // A reader that is gone is noticed at the end.
        try? console.result(text)
    }

    /// Returns the text of a document.
    static func text(of document: CommandDocument, isOneLine: Bool = false) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if !isOneLine { encoder.outputFormatting.insert(.prettyPrinted) }
        return JSONText.escaped(String(decoding: try encoder.encode(document), as: UTF8.self))
    }
}
