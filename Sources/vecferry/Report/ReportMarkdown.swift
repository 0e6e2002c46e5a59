/// A report as Markdown (CommonMark, with the tables of GitHub), without its pictures.
struct ReportMarkdown {
    let content: ReportContent
    /// When and from where it was made.
    var footer = ""

    var text: String {
        var blocks = ["# \(Self.escaped(content.word)): \(Self.escaped(content.sentence))"]
        blocks += content.details.map { Self.escaped($0.text) }
        if !content.facts.isEmpty {
            blocks.append(
                content.facts.map { fact in
                    "- \(Self.escaped(fact.label)): **\(Self.escaped(fact.value))**"
                        + (fact.detail.isEmpty ? "" : " (\(Self.escaped(fact.detail)))")
                }.joined(separator: "\n"))
        }
        for section in content.shown {
            let captions = section.figures.map(\.caption).filter { !$0.isEmpty }
            // What only says how to read a picture is left out with it.
            let paragraphs = section.id == "map" ? [] : section.paragraphs
            guard !paragraphs.isEmpty || !captions.isEmpty || !section.tables.isEmpty || !section.code.isEmpty else {
                continue
            }
            guard section.id != "times" else { continue }
            blocks.append("## \(Self.escaped(section.title))")
            blocks += (paragraphs + captions).map(Self.escaped)
            blocks += section.tables.map(Self.table)
            if !section.code.isEmpty { blocks.append(Self.fenced(section.code)) }
        }
        if !footer.isEmpty { blocks.append(Self.escaped(footer)) }
        return blocks.joined(separator: "\n\n") + "\n"
    }

    private static func table(_ table: ReportContent.Table) -> String {
        var lines: [String] = []
        if !table.caption.isEmpty { lines += [escaped(table.caption), ""] }
        lines.append("| \(table.columns.map { escaped($0.title) }.joined(separator: " | ")) |")
        lines.append("|\(table.columns.map { $0.isNumber ? " ---: |" : " --- |" }.joined())")
        for row in table.rows { lines.append("| \(row.map { escaped($0.text) }.joined(separator: " | ")) |") }
        return lines.joined(separator: "\n")
    }

    /// Code between fences that are longer than any in it.
    private static func fenced(_ code: [String]) -> String {
        let lines = code.map(\.shown)
        var fence = "```"
        while lines.contains(where: { $0.contains(fence) }) { fence += "`" }
        return ([fence] + lines + [fence]).joined(separator: "\n")
    }

    /// The text with the characters that mean something in Markdown or HTML escaped.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.shown.unicodeScalars {
            switch scalar {
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "&": escaped += "&amp;"
            case "\\", "`", "*", "_", "[", "]", "|", "#", "~", "!": escaped += "\\\(scalar)"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
