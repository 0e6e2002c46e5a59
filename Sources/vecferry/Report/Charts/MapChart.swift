import Ferry

/// A map of embeddings: a ring where the source has a row, a dot where the target has it, in the color of its bot, and a line between
/// the two where they lie apart.
struct MapChart {
    let map: EmbeddingMap

    /// The number of colors; the last one is that of all other bots.
    static let colors = 8
    private static let width = 480.0, margin = 14.0

    var svg: String {
        let frame = Frame(of: map)
        var svg = SVG(
            width: Self.width, height: frame.height,
            label: "\(Units.count(map.points.count, "row")) of \(map.table).\(map.column) on both sides")
        // The bots that share a color lie below those that have their own.
        for point in map.points.sorted(by: { $0.bot > $1.bot }) {
            let source = frame.place(point.source)
            let color = Self.color(of: point.bot)
            let name = map.bots[point.bot] ?? "no bot"
            guard let target = point.target.map(frame.place) else {
                svg.circle(source.x, source.y, r: 4.5, class: "\(color) ring", title: "\(name), not on the target")
                continue
            }
            if point.source != point.target { svg.line(source.x, source.y, target.x, target.y, class: "apart") }
            svg.circle(source.x, source.y, r: 4.5, class: "\(color) ring", title: name)
            svg.circle(target.x, target.y, r: 2.2, class: "\(color) dot")
        }
        return svg.text
    }

    /// The class of a bot's color.
    static func color(of bot: Int) -> String { "p\(min(bot, colors - 1))" }

    /// The part of the plane that has points, at one scale in both directions.
    private struct Frame {
        private let left: Double, top: Double, scale: Double
        let height: Double

        init(of map: EmbeddingMap) {
            let places = map.points.flatMap { [$0.source, $0.target].compactMap(\.self) }
            let (xs, ys) = (places.map { Double($0.x) }, places.map { Double($0.y) })
            let (left, right) = (xs.min() ?? 0, xs.max() ?? 0)
            let (bottom, top) = (ys.min() ?? 0, ys.max() ?? 0)
            let room = MapChart.width - 2 * MapChart.margin
            scale = room / max(right - left, top - bottom, 1)
            // A map that is narrow stands in the middle.
            self.left = (left + right) / 2 - MapChart.width / 2 / scale
            height = max((top - bottom) * scale, room / 2) + 2 * MapChart.margin
            self.top = (top + bottom) / 2 + height / 2 / scale
        }

        func place(_ place: EmbeddingMap.Place) -> (x: Double, y: Double) {
            ((Double(place.x) - left) * scale, (top - Double(place.y)) * scale)
        }
    }
}
