/// A drawing. Colors come from the page's style sheet, by class, so that one drawing serves light, dark and print.
struct SVG {
    /// The size, in the drawing's own units, which are pixels where there is room.
    let width: Double, height: Double
    /// What it shows, for those who can't see it.
    let label: String
    private var body = ""

    init(width: Double, height: Double, label: String) {
        self.width = width
        self.height = height
        self.label = label
    }

    /// The drawing as an element of HTML.
    var text: String {
        """
        <svg viewBox="0 0 \(Self.number(width)) \(Self.number(height))" role="img" aria-label="\(PageText.escaped(label))">\
        \(body)</svg>
        """
    }

    /// The anchor of a text.
    enum Anchor: String {
        case start, middle, end
    }

    /// Adds a text.
    mutating func text(
        _ text: String, x: Double, y: Double, _ anchor: Anchor = .start, class name: String = "", title: String? = nil
    ) {
        let title = title.map { "<title>\(PageText.escaped($0))</title>" } ?? ""
        let style = name.isEmpty ? "" : " class=\"\(name)\""
        body +=
            "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" text-anchor=\"\(anchor.rawValue)\"\(style)>"
            + "\(title)\(PageText.escaped(text))</text>"
    }

    /// Adds a line.
    mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, class name: String) {
        path("M\(Self.number(x1)) \(Self.number(y1))L\(Self.number(x2)) \(Self.number(y2))", class: name)
    }

    /// Adds a path.
    mutating func path(_ path: String, class name: String, title: String? = nil) {
        guard !path.isEmpty else { return }
        let end = title.map { "><title>\(PageText.escaped($0))</title></path>" } ?? "/>"
        body += "<path d=\"\(path)\" class=\"\(name)\"\(end)"
    }

    /// Adds a circle.
    mutating func circle(_ x: Double, _ y: Double, r: Double, class name: String, title: String? = nil) {
        let end = title.map { "><title>\(PageText.escaped($0))</title></circle>" } ?? "/>"
        body +=
            "<circle cx=\"\(Self.number(x))\" cy=\"\(Self.number(y))\" r=\"\(Self.number(r))\" class=\"\(name)\"\(end)"
    }

    /// A rectangle as a part of a path.
    static func rectangle(_ x: Double, _ y: Double, _ width: Double, _ height: Double) -> String {
        "M\(number(x)) \(number(y))h\(number(width))v\(number(height))h\(number(-width))z"
    }

    /// A number with at most one decimal.
    static func number(_ number: Double) -> String {
        guard number.magnitude < 1e15 else { return "0" }
        let tenths = Int((number * 10).rounded())
        let sign = tenths < 0 ? "-" : ""
        let (whole, rest) = tenths.magnitude.quotientAndRemainder(dividingBy: 10)
        return rest == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(rest)"
    }
}

/// A scale with round numbers on it.
struct Axis {
    /// The end of the scale, which begins at 0, and the numbers to mark.
    let end: Double
    let ticks: [Double]

    /// - Parameters:
    ///   - most: The greatest amount.
    ///   - count: About how many marks.
    ///   - steps: What a step may be, times a power of ten.
    init(most: Double, count: Int, steps: [Double] = [1, 2, 5, 10]) {
        let most = most.isFinite && most > 0 ? most : 1
        let rough = most / Double(max(1, count))
        var power = 1.0
        while power * 10 <= rough { power *= 10 }
        while power > rough { power /= 10 }
        let step = (steps.first { $0 * power >= rough } ?? 10) * power
        let marks = Int((most / step).rounded(.up))
        end = Double(marks) * step
        ticks = (0...marks).map { Double($0) * step }
    }

    /// A scale of seconds: its end is the most itself, and steps are whole minutes and hours where it is long.
    init(seconds: Double, count: Int) {
        let most = seconds.isFinite && seconds > 0 ? seconds : 1
        let rough = most / Double(max(1, count))
        let unit = rough > 1200 ? 3600.0 : rough > 20 ? 60 : 1
        let steps: [Double] = unit == 1 ? [1, 2, 5, 10, 15, 20] : [1, 2, 5, 10, 15, 20, 30]
        let step: Double
        if rough < 1 {
            step = Axis(most: most, count: count).ticks.dropFirst().first ?? 1
        } else {
            step = (steps.first(where: { $0 * unit >= rough }) ?? (rough / unit).rounded(.up)) * unit
        }
        end = most
        ticks = (0...Int(most / step + 1e-6)).map { Double($0) * step }
    }

    /// A mark of a scale of seconds: `0`, `5 s`, `0.5 s`, `10 min`, `2 h`.
    static func seconds(_ tick: Double) -> String {
        guard tick > 0 else { return "0" }
        if tick >= 3600, tick.truncatingRemainder(dividingBy: 3600) == 0 { return "\(Int(tick / 3600)) h" }
        if tick >= 60, tick.truncatingRemainder(dividingBy: 60) == 0 { return "\(Int(tick / 60)) min" }
        return "\(SVG.number(tick)) s"
    }
}
