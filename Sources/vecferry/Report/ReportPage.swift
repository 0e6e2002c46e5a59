import Mustache

/// A report as one page of HTML, which needs nothing else: no network, no other file.
struct ReportPage {
    let content: ReportContent
    /// When and from where it was made.
    var footer = ""

    /// The most rows of a table that are shown before the reader asks for all.
    private static let few = 20
    /// The fewest rows of a table that can be searched.
    private static let many = 12

    /// The page.
    ///
    /// - Throws: An error only where the template is wrong.
    var html: String {
        get throws {
            MustacheContentTypes.register(PageText.Escaping(), named: PageText.Escaping.name)
            let template = try MustacheTemplate(string: Self.text(PackageResources.report_mustache))
            return template.render(values)
        }
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private var values: [String: Any] {
        [
            "version": Build.description, "style": Self.text(PackageResources.report_css),
            "script": Self.text(PackageResources.report_js), "word": content.word, "tone": content.tone.rawValue,
            "sentence": content.sentence, "footer": footer,
            "details": content.details.map { ["text": $0.text, "tone": $0.tone?.rawValue ?? ""] },
            "facts": content.facts.map { fact -> [String: Any] in
                var values: [String: Any] = [
                    "label": fact.label, "value": fact.value, "tone": fact.tone?.rawValue ?? "",
                ]
                if !fact.detail.isEmpty { values["detail"] = fact.detail }
                return values
            },
            "sections": content.shown.map(Self.values),
        ]
    }

    private static func values(_ section: ReportContent.Section) -> [String: Any] {
        [
            "id": section.id, "title": section.title, "paragraphs": section.paragraphs,
            "hasFigures": !section.figures.isEmpty,
            "figures": section.figures.map { figure -> [String: Any] in
                [
                    "svg": figure.svg, "caption": figure.caption, "isSquare": figure.isSquare,
                    "hasLegend": !figure.legend.isEmpty,
                    "legend": figure.legend.map { ["color": $0.color, "text": $0.text] },
                ]
            },
            "tables": section.tables.map { ["table": html(of: $0)] }, "hasCode": !section.code.isEmpty,
            "code": section.code,
        ]
    }

    /// A table. It is not the template's, since there may be thousands of rows.
    private static func html(of table: ReportContent.Table) -> String {
        let count = table.rows.count
        var html = "<div class=\"block\">"
        if count >= many {
            let label = PageText.escaped("Search \(Units.count(count, table.noun, plural(of: table.noun)))")
            html +=
                "<div class=\"tools\"><input type=\"search\" placeholder=\"\(label)\" aria-label=\"\(label)\"><output></output></div>"
        }
        html += "<div class=\"scroll\" tabindex=\"0\"><table data-few=\"\(few)\">"
        if !table.caption.isEmpty { html += "<caption>\(PageText.escaped(table.caption))</caption>" }
        html += "<thead><tr>"
        for column in table.columns {
            html +=
                "<th scope=\"col\"\(column.isNumber ? " class=\"n\"" : "")><button type=\"button\">"
                + "\(PageText.escaped(column.title))</button></th>"
        }
        html += "</tr></thead><tbody>\n"
        for (number, row) in table.rows.enumerated() {
            html += number >= few ? "<tr class=\"more\">" : "<tr>"
            for (column, cell) in zip(table.columns, row) { html += self.html(of: cell, isNumber: column.isNumber) }
            html += "</tr>\n"
        }
        html += "</tbody></table></div>"
        if count > few {
            html +=
                "<button type=\"button\" class=\"all\" data-print=\"\(Units.count(few)) of \(Units.count(count)) are shown\">Show all \(Units.count(count))</button>"
        }
        return html + "</div>\n"
    }

    private static func html(of cell: ReportContent.Cell, isNumber: Bool) -> String {
        var classes: [String] = []
        if isNumber { classes.append("n") }
        if let tone = cell.tone { classes.append(tone.rawValue) }
        if cell.text.utf8.count > 60 { classes.append("w") }
        let style = classes.isEmpty ? "" : " class=\"\(classes.joined(separator: " "))\""
        let order = isNumber ? " data-v=\"\(cell.order ?? 0)\"" : ""
        let text = PageText.escaped(cell.text)
        return "<td\(style)\(order)>\(cell.isCode && !text.isEmpty ? "<code>\(text)</code>" : text)</td>"
    }

    static func plural(of noun: String) -> String? {
        switch noun {
        case "index": "indexes"
        case "search": "searches"
        case "process": "processes"
        case "retry": "retries"
        default: nil
        }
    }
}
