/// When each table was copied, indexed and read back: a Gantt chart, a row for each table.
struct WorkChart {
    /// A table.
    struct Row {
        let name: String
        /// When work began and ended, in seconds.
        var copies: [ClosedRange<Double>] = []
        var builds: [ClosedRange<Double>] = []
        var readBacks: [ClosedRange<Double>] = []
    }

    let rows: [Row]
    /// The end of the scale.
    let seconds: Double

    private static let step = 28.0, left = PaceChart.left, right = PaceChart.right, bottom = 26.0
    /// The most letters of a name; the whole name is shown under the pointer.
    private static let mostLetters = 25

    var svg: String {
        let width = PaceChart.width
        let height = Double(rows.count) * Self.step + Self.bottom
        var svg = SVG(
            width: width, height: height,
            label: "When each of \(Units.count(rows.count, "table")) was copied, indexed and read back")
        for tick in Axis(seconds: seconds, count: 6).ticks {
            let x = x(tick)
            svg.line(x, 0, x, height - Self.bottom + 4, class: "grid")
        }
        PaceChart.time(&svg, seconds: seconds, from: Self.left, to: width - Self.right, y: height - 8)
        for (number, row) in rows.enumerated() {
            let y = Double(number) * Self.step
            let isLong = row.name.count > Self.mostLetters
            let name = isLong ? "\u{2026}" + row.name.suffix(Self.mostLetters - 1) : row.name
            svg.text(name, x: Self.left - 10, y: y + 17, .end, title: isLong ? row.name : nil)
            svg.path(path(row.copies, y: y + 3, height: 7), class: "copy bar")
            svg.path(path(row.builds, y: y + 10, height: 7), class: "build bar")
            svg.path(path(row.readBacks, y: y + 17, height: 7), class: "read bar")
        }
        return svg.text
    }

    private func x(_ time: Double) -> Double {
        Self.left + min(1, max(0, time) / max(seconds, 1e-9)) * (PaceChart.width - Self.right - Self.left)
    }

    private func path(_ spans: [ClosedRange<Double>], y: Double, height: Double) -> String {
        spans.map { span in
            let (start, end) = (x(span.lowerBound), x(span.upperBound))
            // What took no time is seen too; between two chunks there is a gap.
            return SVG.rectangle(start, y, max(1.5, end - start - 0.6), height)
        }.joined()
    }
}
