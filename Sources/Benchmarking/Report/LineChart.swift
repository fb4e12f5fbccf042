/// Curves over an axis, as SVG.
///
/// Drawn for the width of a phone and enlarged from there, so that its text is readable on both. Colors are classes of
/// the page's style.
struct LineChart {
    struct Series {
        let name: String
        /// The class of its color.
        let style: String
        var points: [Point]
        /// Whether the series is a prediction rather than a measurement, or something to compare with.
        var isDashed = false
        var hasMarkers = false
    }

    struct Point {
        let x: Double
        let y: Double
        var lower: Double?
        var upper: Double?
    }

    let title: String
    let x: Axis
    let y: Axis
    let series: [Series]
    /// The x from which on nothing was measured.
    var predictedFrom: Double?

    static let size = (width: 360.0, height: 250.0)
    /// What is left of it for the curves.
    static let plot = (left: 56.0, right: 350.0, top: 20.0, bottom: 208.0)

    /// Where a value stands; one beyond the axis stands at its end.
    private func place(_ px: Double, _ py: Double) -> (x: Double, y: Double) {
        let plot = Self.plot
        let py = min(max(py, y.values.lowerBound), y.values.upperBound)
        return (
            plot.left + x.position(px) * (plot.right - plot.left),
            plot.bottom - y.position(py) * (plot.bottom - plot.top)
        )
    }

    /// The figure with its legend.
    var markup: String {
        let picture =
            "<svg viewBox=\"0 0 \(Int(Self.size.width)) \(Int(Self.size.height))\" role=\"img\" "
            + "aria-label=\"\(escapedMarkup(title))\">" + shade + grid + labels + series.map(curve).joined() + "</svg>"
        let legend = series.map { entry in
            "<li class=\"\(entry.style)\"><svg viewBox=\"0 0 24 10\" class=\"key\"><path d=\"M0 5H24\" class=\"line"
                + "\(entry.isDashed ? " dashed" : "")\"/>\(entry.hasMarkers ? "<circle cx=\"12\" cy=\"5\" r=\"3.5\"/>" : "")"
                + "</svg>\(escapedMarkup(entry.name))</li>"
        }
        return "<figure><figcaption>\(escapedMarkup(title))</figcaption>\(picture)<ul class=\"legend\">"
            + legend.joined() + "</ul></figure>"
    }

    private var shade: String {
        guard let predictedFrom, predictedFrom < x.values.upperBound else { return "" }
        let (left, plot) = (place(predictedFrom, y.values.lowerBound).x, Self.plot)
        return "<rect class=\"predicted\" x=\"\(coordinate(left))\" y=\"\(coordinate(plot.top))\" "
            + "width=\"\(coordinate(plot.right - left))\" height=\"\(coordinate(plot.bottom - plot.top))\"/>"
            + "<text x=\"\(coordinate(plot.right))\" y=\"\(coordinate(plot.top - 6))\" class=\"end note\">predicted</text>"
    }

    private var grid: String {
        let plot = Self.plot
        let columns = x.ticks.map { tick in
            let at = coordinate(place(tick, y.values.lowerBound).x)
            return "<path class=\"grid\" d=\"M\(at) \(coordinate(plot.top))V\(coordinate(plot.bottom))\"/>"
                + "<text class=\"middle\" x=\"\(at)\" y=\"\(coordinate(plot.bottom + 15))\">\(x.format(tick))</text>"
        }
        let rows = y.ticks.map { tick in
            let at = place(x.values.lowerBound, tick).y
            return "<path class=\"grid\" d=\"M\(coordinate(plot.left)) \(coordinate(at))H\(coordinate(plot.right))\"/>"
                + "<text class=\"end\" x=\"\(coordinate(plot.left - 6))\" y=\"\(coordinate(at + 4))\">\(y.format(tick))</text>"
        }
        return (columns + rows).joined()
    }

    private var labels: String {
        let plot = Self.plot
        let (across, down) = ((plot.left + plot.right) / 2, (plot.top + plot.bottom) / 2)
        return "<text class=\"middle label\" x=\"\(coordinate(across))\" y=\"\(coordinate(Self.size.height - 8))\">"
            + "\(escapedMarkup(x.label))</text>"
            + "<text class=\"middle label\" transform=\"translate(11 \(coordinate(down))) rotate(-90)\">"
            + "\(escapedMarkup(y.label))</text>"
    }

    private func curve(_ entry: Series) -> String {
        let places = entry.points.map { place($0.x, $0.y) }
        guard !places.isEmpty else { return "" }
        let path = places.map { "\(coordinate($0.x)) \(coordinate($0.y))" }.joined(separator: "L")
        var marks = ""
        if entry.hasMarkers {
            for (point, at) in zip(entry.points, places) {
                if let lower = point.lower, let upper = point.upper {
                    let (from, to) = (place(point.x, lower).y, place(point.x, upper).y)
                    marks +=
                        "<path class=\"line thin\" d=\"M\(coordinate(at.x)) \(coordinate(from))V\(coordinate(to))"
                        + "M\(coordinate(at.x - 4)) \(coordinate(from))h8M\(coordinate(at.x - 4)) \(coordinate(to))h8\"/>"
                }
                marks += "<circle cx=\"\(coordinate(at.x))\" cy=\"\(coordinate(at.y))\" r=\"3.5\"/>"
            }
        }
        return "<g class=\"\(entry.style)\"><path class=\"line\(entry.isDashed ? " dashed" : "")\" d=\"M\(path)\"/>"
            + marks + "</g>"
    }
}
