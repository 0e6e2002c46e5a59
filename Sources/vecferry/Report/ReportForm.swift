import ArgumentParser
import Ferry

/// The form of a report.
enum ReportForm: String, CaseIterable, ExpressibleByArgument {
    /// One page that a browser shows; Markdown, without pictures; the JSON of `--json`.
    case html, markdown, json

    /// The form that a file's name asks for.
    init(path: String) {
        let name = path.lowercased()
        self =
            name.hasSuffix(".md") || name.hasSuffix(".markdown") ? .markdown : name.hasSuffix(".json") ? .json : .html
    }

    /// The report of a copy.
    func text(of history: JobHistory) throws -> String {
        let footer = "Made by vecferry \(Build.description) at \(history.readAt), from the ledger of \(history.target)."
        switch self {
        case .html: return try ReportPage(content: ReportContent(history), footer: footer).html
        case .markdown: return ReportMarkdown(content: ReportContent(history), footer: footer).text
        case .json: return try JSONReporter.text(of: CommandDocument("report", .report(history, .shown(.json)))) + "\n"
        }
    }
}
