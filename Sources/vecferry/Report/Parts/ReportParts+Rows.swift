import Ferry

/// What arrived, and what was not copied.
extension ReportParts {
    /// The map of each embedding column.
    var maps: Section {
        var section = Section(id: "map", title: "The same space")
        guard let maps = report?.maps, !maps.isEmpty else { return section }
        section.paragraphs = [
            """
            A sample of vectors, projected onto the plane of their greatest variance. A ring is a row on the source, and \
            a dot is the same row on the target: a dot inside its ring is a vector that arrived unchanged.
            """
        ]
        section.figures = maps.map { map in
            ReportContent.Figure(
                svg: MapChart(map: map).svg, caption: Self.caption(of: map), legend: Self.legend(of: map),
                isSquare: true)
        }
        return section
    }

    private static func caption(of map: EmbeddingMap) -> String {
        let count = map.points.count
        var caption = "\(map.table).\(map.column): \(Units.count(count, "row"))"
        if map.bots != [nil] { caption += " of \(Units.count(map.bots.count, "bot"))" }
        if let differing = map.differing {
            let same = count - map.missing - differing
            let verb = differing == 1 ? "differs" : "differ"
            caption +=
                same == count
                ? ", every vector the same on both sides"
                : "; \(Units.count(same)) the same on both sides, \(Units.count(differing)) \(verb)"
        } else {
            caption += ", rounded on the way"
        }
        if map.missing > 0 { caption += ", \(Units.count(map.missing)) not on the target" }
        return caption + ". The plane has \(Int((map.share * 100).rounded()))% of the variance."
    }

    /// The bots that have a color of their own, and the number of the others.
    private static func legend(of map: EmbeddingMap) -> [(color: String, text: String)] {
        guard map.bots.count > 1 else { return [] }
        let own = map.bots.count <= MapChart.colors ? map.bots.count : MapChart.colors - 1
        var legend = map.bots.prefix(own).enumerated().map { (MapChart.color(of: $0), $1?.shown ?? "no bot") }
        if own < map.bots.count {
            legend.append((MapChart.color(of: own), Units.count(map.bots.count - own, "other bot")))
        }
        return legend
    }

    /// Each table, with the proof.
    var moved: Section {
        var section = Section(
            id: "moved", title: report == nil ? "What was copied so far" : "What was copied, and the proof")
        guard let report else {
            section.tables = [
                Table(
                    noun: "table",
                    columns: [
                        .init(title: "Table"), .init(title: "Rows", isNumber: true),
                        .init(title: "Estimate", isNumber: true),
                        .init(title: "Size on the source", isNumber: true), .init(title: "Chunks", isNumber: true),
                        .init(title: "State"),
                    ],
                    rows: job.tables.map { table in
                        let state = table.error ?? (table.isLoaded ? "copied, not proven" : "not finished")
                        return [
                            Cell("\(table.name)"), Cell(table.rows), Cell(table.estimatedRows),
                            Cell(Double(table.bytes)) { Units.bytes(Int($0)) },
                            Cell(
                                text: "\(Units.count(table.doneChunks)) of \(Units.count(table.allChunks))",
                                order: Double(table.doneChunks)),
                            Cell(state, table.error == nil ? .attention : .bad),
                        ]
                    })
            ]
            return section
        }
        if report.isProven {
            section.paragraphs = [
                """
                A table's digest is the sum of the XXH3-128 hashes of its rows' fields, which does not depend on their \
                order. That of the rows as the source sent them equals that of the rows as they were read back from the \
                target, at the time in the last column.
                """
            ]
        }
        let chunks = Dictionary(uniqueKeysWithValues: plan.pairs.map { ($0.name, $0.chunkCount) })
        section.tables = [
            Table(
                noun: "table",
                columns: [
                    .init(title: "Table"), .init(title: "Rows", isNumber: true),
                    .init(title: "Size on the source", isNumber: true), .init(title: "Chunks", isNumber: true),
                    .init(title: "Time", isNumber: true), .init(title: "State"), .init(title: "Digest"),
                    .init(title: "Read back at"),
                ], rows: report.tables.map { row(of: $0, chunks: chunks[$0.name]) })
        ]
        let kept = report.tables.reduce(0) { $0 + $1.keptRows }
        if kept > 0 {
            section.paragraphs.append(
                "\(Units.count(kept, "row")) \(kept == 1 ? "was" : "were") left out, because the target had the same key."
            )
        }
        return section
    }

    private func row(of table: TableReport, chunks: Int?) -> [Cell] {
        let state: Cell
        switch table.state {
        case .proven: state = Cell("proven", .good)
        case .differs: state = Cell(table.comparison.map { DifferenceText($0).text } ?? table.error ?? "differs", .bad)
        case .failed: state = Cell(table.error ?? "failed", .bad)
        }
        return [
            Cell("\(table.name)"), Cell(table.source.rows), Cell(table.bytes.map(Double.init)) { Units.bytes(Int($0)) },
            Cell(chunks), Cell(table.seconds, Units.duration), state,
            table.source == table.target
                ? .code(table.target.hex) : .code("\(table.source.hex) and \(table.target.hex)"),
            Cell(table.provenAt ?? (table.state == .proven ? "merged by key, chunk by chunk" : "")),
        ]
    }

    /// What the source holds beside that.
    var notMoved: Section {
        var section = Section(id: "not-moved", title: "What was not copied")
        let excluded = plan.request.selection.excludedBots
        if !excluded.isEmpty {
            section.paragraphs.append("\(Units.count(excluded.count, "bot")) left out: \(few(excluded)).")
        }
        if let bots = plan.request.selection.bots {
            section.paragraphs.append("Only the rows of \(Units.count(bots.count, "bot")) were copied: \(few(bots)).")
        }
        guard let inventory = plan.inventory else { return section }
        guard !inventory.entries.isEmpty else {
            section.paragraphs.append("All that the source's database holds was copied.")
            return section
        }
        section.tables = [
            Table(
                noun: "object",
                columns: [
                    .init(title: "Kind"), .init(title: "Name"), .init(title: "Rows", isNumber: true),
                    .init(title: "Size", isNumber: true), .init(title: "Why"),
                ],
                rows: inventory.entries.map { entry in
                    [
                        Cell(
                            entry.kind + (entry.holdsVectors ? " with vectors" : ""),
                            entry.holdsVectors ? .attention : nil),
                        Cell(entry.name ?? ""), Cell(entry.rows.flatMap { $0 < 0 ? nil : $0 }),
                        Cell(entry.bytes.map(Double.init)) { Units.bytes(Int($0)) }, Cell(InventoryText.reason(entry)),
                    ]
                })
        ]
        return section
    }

    private func few(_ names: [String]) -> String {
        let shown = names.prefix(20).map(\.shown).joined(separator: ", ")
        return names.count > 20 ? "\(shown) and \(Units.count(names.count - 20)) more" : shown
    }

    /// The rows of each bot.
    var bots: Section {
        var section = Section(id: "bots", title: "Bots")
        guard let counted = report?.rowsByBot, !counted.bots.isEmpty else { return section }
        var searched: [String?: SearchBot] = [:]
        for bot in (report?.searches ?? []).flatMap(\.bots) where searched[bot.bot] == nil { searched[bot.bot] = bot }
        section.paragraphs = [
            "The rows of each bot in all copied tables, counted after the copy."
                + (counted.others > 0 ? " \(Units.count(counted.others, "bot")) with fewer rows are not listed." : "")
        ]
        section.tables = [
            Table(
                noun: "bot",
                columns: [
                    .init(title: "Bot"), .init(title: "Rows on the source", isNumber: true),
                    .init(title: "Rows on the target", isNumber: true), .init(title: "State"),
                    .init(title: "Recall on the source", isNumber: true),
                    .init(title: "Recall on the target", isNumber: true),
                ],
                rows: counted.bots.map { bot in
                    let difference = bot.target - bot.source
                    let state =
                        difference == 0
                        ? Cell("all there", .good)
                        : Cell(
                            difference < 0
                                ? "\(Units.count(-difference)) too few" : "\(Units.count(difference)) too many", .bad)
                    let search = searched[bot.id]
                    return [
                        bot.id.map { Cell($0) } ?? Cell("no bot"), Cell(bot.source), Cell(bot.target), state,
                        Cell(search?.source.recall, SearchText.thousandths),
                        Cell(search?.target.recall, SearchText.thousandths),
                    ]
                })
        ]
        return section
    }
}
