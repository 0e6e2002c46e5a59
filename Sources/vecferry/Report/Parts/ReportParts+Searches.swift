import Ferry

/// The indexes, and what searches find.
extension ReportParts {
    /// The indexes, before and after.
    var indexes: Section {
        var section = Section(id: "indexes", title: "Indexes, before and after")
        let built = Dictionary(
            (report?.tables ?? []).flatMap(\.indexes).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let rows = plan.pairs.flatMap { pair in
            // Those that were built come first.
            (pair.indexes.filter { $0.action != .keep } + pair.indexes.filter { $0.action == .keep }).map {
                index -> [Cell] in
                let build = index.builds.max { ($0.memory ?? 0) < ($1.memory ?? 0) }
                let after = build?.statements.first ?? index.previousDefinition ?? ""
                return [
                    Cell("\(index.name.name) on \(index.relation)"),
                    Cell(action(index)),
                    .code(index.previousDefinition ?? (index.action == .keep ? "" : "the same")),
                    .code(index.action == .keep ? "" : after), Cell(built[index.name]?.seconds, Units.duration),
                    Cell(build?.memory.map(Double.init)) { Units.bytes(Int($0)) },
                    Cell(build?.maintenanceWorkMem.map(Double.init)) { Units.bytes(Int($0)) }, Cell(build?.workers),
                ]
            }
        }
        guard !rows.isEmpty else { return section }
        section.tables = [
            Table(
                noun: "index",
                columns: [
                    .init(title: "Index"), .init(title: "What was done"), .init(title: "Before"),
                    .init(title: "After"), .init(title: "Build", isNumber: true),
                    .init(title: "Memory needed", isNumber: true),
                    .init(title: "Memory given", isNumber: true), .init(title: "Workers", isNumber: true),
                ], rows: rows)
        ]
        return section
    }

    private func action(_ index: IndexPlan) -> String {
        let isOff = history.stillOff.contains { $0.kind == "index" && $0.name == index.name.name }
        switch index.action {
        case .keep: return "kept, because \(index.reason)"
        case .rebuild: return isOff ? "dropped, and not built yet" : "dropped, and built on the data"
        case .create: return isOff ? "not built yet" : "built on the data"
        case .reindex: return isOff ? "not built yet" : "built again on the data"
        }
    }

    /// What searches find on both sides, and how long they take.
    var searches: Section {
        var section = Section(id: "searches", title: "Searches on both sides")
        guard let searches = report?.searches, !searches.isEmpty else {
            if report != nil { section.paragraphs = ["The searches were not compared."] }
            return section
        }
        section.paragraphs = [
            searches.contains { $0.isEstimate }
                ? "The queries were made from stored rows, each moved so that it finds as much as a real question."
                : "The queries are the operator's own."
        ]
        section.figures = [
            ReportContent.Figure(
                svg: SearchChart(
                    rows: searches.map { search in
                        SearchChart.Row(
                            name: "\(search.table).\(search.column)".shown, source: Self.side(search.source),
                            target: Self.side(search.target))
                    }
                ).svg, legend: [("source", "source"), ("target", "target")])
        ]
        section.tables = [searchTable(searches)] + searches.filter { !$0.trials.isEmpty }.map(trialTable)
        for search in searches {
            if let loss = search.loss { section.paragraphs.append("\(search.table).\(search.column): \(loss.message)") }
            guard let remedy = search.remedy else { continue }
            section.paragraphs.append(
                "The statements below, run in one session on the target, set \(remedy.setting) to \(remedy.value), with which it is as good."
            )
            section.code += remedy.statements.map { "\($0);" }
        }
        return section
    }

    private static func side(_ side: SearchSide) -> SearchChart.Side {
        SearchChart.Side(
            recall: side.figures.recall, p50: side.figures.p50, p95: side.figures.p95, exact: side.exactMilliseconds)
    }

    private func searchTable(_ searches: [SearchReport]) -> Table {
        Table(
            noun: "search",
            columns: [
                .init(title: "Column"), .init(title: "Side"), .init(title: "Index"),
                .init(title: "Queries", isNumber: true),
                .init(title: "Recall", isNumber: true), .init(title: "Empty", isNumber: true),
                .init(title: "Half within", isNumber: true), .init(title: "95 of 100 within", isNumber: true),
                .init(title: "Exactly", isNumber: true),
            ],
            rows: searches.flatMap { search in
                [("source", search.source), ("target", search.target)].map { name, side -> [Cell] in
                    let isWorse = name == "target" && search.isWorse
                    return [
                        Cell("\(search.table).\(search.column)"), Cell(name),
                        Cell(side.index.map { "\($0.name), \(side.method ?? "")" } ?? "none"), Cell(search.queries),
                        Cell(
                            text: side.figures.recall.map(SearchText.thousandths) ?? "",
                            order: side.figures.recall ?? -1,
                            tone: isWorse ? .bad : nil),
                        Cell(side.figures.empty), Cell(side.figures.p50, SearchText.milliseconds),
                        Cell(side.figures.p95, SearchText.milliseconds),
                        Cell(side.exactMilliseconds, SearchText.milliseconds),
                    ]
                }
            })
    }

    private func trialTable(_ search: SearchReport) -> Table {
        let setting = search.trials.first?.setting ?? ""
        var rows = [(search.target.settings[setting].map { "\($0), now" } ?? "now", search.target.figures)]
        rows += search.trials.map {
            ($0.value == search.remedy?.value ? "\($0.value), as good" : "\($0.value)", $0.figures)
        }
        rows.append(("on the source", search.source.figures))
        return Table(
            caption: "\(search.table).\(search.column): the target with other values of \(setting)", noun: "value",
            columns: [
                .init(title: setting), .init(title: "Recall", isNumber: true), .init(title: "Empty", isNumber: true),
                .init(title: "Half within", isNumber: true), .init(title: "95 of 100 within", isNumber: true),
            ],
            rows: rows.map { name, figures in
                [
                    Cell(name), Cell(figures.recall, SearchText.thousandths), Cell(figures.empty),
                    Cell(figures.p50, SearchText.milliseconds), Cell(figures.p95, SearchText.milliseconds),
                ]
            })
    }
}
