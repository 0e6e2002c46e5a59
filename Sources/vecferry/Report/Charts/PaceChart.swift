import Ferry

/// Bytes a second over time: what was sent, as an area, and what was read back, as a line.
struct PaceChart {
    let sent: Pace
    let read: Pace
    /// The end of the scale.
    let seconds: Double

    static let width = 640.0
    /// The room on both sides of the scale of time, which is that of ``WorkChart`` too: the two stand below each other.
    static let left = 186.0, right = 14.0
    private static let height = 190.0, top = 12.0, bottom = 26.0

    var svg: String {
        var svg = SVG(
            width: Self.width, height: Self.height,
            label:
                "Data sent and data read back over time, up to \(Units.rate(max(sent.mostPerSecond, read.mostPerSecond)))"
        )
        let floor = Self.height - Self.bottom
        let unit = Self.unit(of: max(sent.mostPerSecond, read.mostPerSecond))
        let scale = Axis(most: max(sent.mostPerSecond, read.mostPerSecond) / unit, count: 4)
        for tick in scale.ticks {
            let y = floor - tick / scale.end * (floor - Self.top)
            svg.line(Self.left, y, Self.width - Self.right, y, class: tick == 0 ? "base" : "grid")
            svg.text(tick == 0 ? "0" : Units.rate(tick * unit), x: Self.left - 8, y: y + 4, .end)
        }
        Self.time(&svg, seconds: seconds, from: Self.left, to: Self.width - Self.right, y: Self.height - 8)
        let top = scale.end * unit
        svg.path(Self.outline(sent, seconds: seconds, top: top, isClosed: true), class: "copy area")
        svg.path(Self.outline(sent, seconds: seconds, top: top, isClosed: false), class: "copy stroke")
        svg.path(Self.outline(read, seconds: seconds, top: top, isClosed: false), class: "read stroke")
        return svg.text
    }

    /// Marks seconds along the bottom of a drawing.
    static func time(_ svg: inout SVG, seconds: Double, from left: Double, to right: Double, y: Double) {
        for tick in Axis(seconds: seconds, count: 6).ticks {
            let x = left + tick / max(seconds, 1e-9) * (right - left)
            svg.text(Axis.seconds(tick), x: x, y: y, tick == 0 ? .start : x > right - 20 ? .end : .middle)
        }
    }

    /// The unit in which an axis has round numbers: a power of 1024.
    private static func unit(of rate: Double) -> Double {
        var unit = 1.0
        while rate / unit >= 1024 { unit *= 1024 }
        return unit
    }

    private static func outline(_ amounts: Pace, seconds: Double, top: Double, isClosed: Bool) -> String {
        guard amounts.bytes.contains(where: { $0 > 0 }) else { return "" }
        let floor = height - bottom
        func x(_ time: Double) -> Double { left + min(1, time / max(seconds, 1e-9)) * (width - right - left) }
        func y(_ rate: Double) -> Double { floor - rate / top * (floor - Self.top) }
        var path = "M\(SVG.number(left)) \(SVG.number(floor))"
        for (bin, bytes) in amounts.bytes.enumerated() {
            let end = Double(bin + 1) * amounts.binSeconds
            path += "V\(SVG.number(y(Double(bytes) / amounts.binSeconds)))H\(SVG.number(x(end)))"
        }
        return path + (isClosed ? "V\(SVG.number(floor))z" : "V\(SVG.number(floor))")
    }
}

extension Pace {
    fileprivate var mostPerSecond: Double { Double(bytes.max() ?? 0) / binSeconds }
}
