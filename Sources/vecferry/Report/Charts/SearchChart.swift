/// What searches find, and how long they take, on both sides: for each column recall from 0 to 1, and the times within which half and 95 of
/// 100 answers came.
struct SearchChart {
    /// One side of a column.
    struct Side {
        /// From 0 to 1; nil where there is nothing to find.
        let recall: Double?
        /// In milliseconds.
        let p50: Double, p95: Double
        /// The median of exact answers, in milliseconds.
        let exact: Double
    }

    /// A column.
    struct Row {
        let name: String
        let source: Side
        let target: Side
    }

    let rows: [Row]

    private static let step = 62.0, top = 24.0, bottom = 24.0
    private static let recall = (left: 14.0, right: 288.0), time = (left: 344.0, right: 610.0)

    var svg: String {
        let height = Self.top + Double(rows.count) * Self.step + Self.bottom
        var svg = SVG(
            width: PaceChart.width, height: height, label: "Recall and latency of searches on the source and the target"
        )
        let floor = height - Self.bottom
        svg.text("Recall: nearest rows that are found", x: Self.recall.left, y: 12, class: "head")
        svg.text("Latency: half to 95 of 100 answers", x: Self.time.left, y: 12, class: "head")
        for tick in [0, 0.2, 0.4, 0.6, 0.8, 1] {
            let x = Self.at(tick, Self.recall)
            svg.line(x, Self.top, x, floor, class: "grid")
            svg.text(SVG.number(tick), x: x, y: height - 8, .middle)
        }
        let most = rows.flatMap { [$0.source.p95, $0.target.p95, $0.source.p50, $0.target.p50] }.max() ?? 0
        let scale = Axis(most: most, count: 4)
        for tick in scale.ticks {
            let x = Self.at(tick / scale.end, Self.time)
            svg.line(x, Self.top, x, floor, class: "grid")
            svg.text(tick == 0 ? "0" : "\(SVG.number(tick)) ms", x: x, y: height - 8, .middle)
        }
        for (number, row) in rows.enumerated() {
            let y = Self.top + Double(number) * Self.step
            svg.text(row.name, x: Self.recall.left, y: y + 16, class: "name")
            if let source = row.source.recall, let target = row.target.recall {
                let (from, to) = (Self.at(source, Self.recall), Self.at(target, Self.recall))
                svg.line(from, y + 36, to, y + 36, class: "join")
                svg.circle(
                    from, y + 36, r: 7, class: "source ring", title: "Source: \(SearchText.thousandths(source))")
                svg.circle(to, y + 36, r: 4, class: "target dot", title: "Target: \(SearchText.thousandths(target))")
            }
            for (side, offset, name) in [(row.source, 27.0, "source"), (row.target, 41.0, "target")] {
                let (half, most) = (Self.at(side.p50 / scale.end, Self.time), Self.at(side.p95 / scale.end, Self.time))
                svg.path(
                    SVG.rectangle(half, y + offset, max(2, most - half), 8), class: "\(name) fill",
                    title:
                        "\(name == "source" ? "Source" : "Target"): half within \(SearchText.milliseconds(side.p50)), "
                        + "95 of 100 within \(SearchText.milliseconds(side.p95)), exactly \(SearchText.milliseconds(side.exact))"
                )
            }
        }
        return svg.text
    }

    private static func at(_ share: Double, _ panel: (left: Double, right: Double)) -> Double {
        panel.left + min(1, max(0, share)) * (panel.right - panel.left)
    }
}
