/// Bars that are cut into shares of one, as SVG.
struct ShareBars {
    struct Part {
        let name: String
        /// The class of its color.
        let style: String
        /// The part's share of each bar.
        let shares: [Double]
    }

    let title: String
    /// What stands beside each bar.
    let labels: [String]
    let parts: [Part]

    private static let row = 26.0
    private static let (left, right) = (90.0, 350.0)

    /// The figure with its legend.
    var markup: String {
        let height = Double(labels.count) * Self.row + 24
        let bars = labels.enumerated().map { index, label in bar(index, label) }
        let ticks = [0, 0.25, 0.5, 0.75, 1].map { share -> String in
            let at = coordinate(Self.left + share * (Self.right - Self.left))
            return "<text class=\"\(share == 1 ? "end" : "middle")\" x=\"\(at)\" y=\"\(coordinate(height - 6))\">"
                + "\(Int(share * 100))%</text>"
        }
        let legend = parts.map { part in
            "<li class=\"\(part.style)\"><svg viewBox=\"0 0 24 10\" class=\"key\"><rect width=\"24\" height=\"10\" "
                + "class=\"bar\"/></svg>\(escapedMarkup(part.name))</li>"
        }
        return "<figure><figcaption>\(escapedMarkup(title))</figcaption><svg viewBox=\"0 0 360 \(Int(height))\" "
            + "role=\"img\" aria-label=\"\(escapedMarkup(title))\">" + bars.joined() + ticks.joined()
            + "</svg><ul class=\"legend\">" + legend.joined() + "</ul></figure>"
    }

    private func bar(_ index: Int, _ label: String) -> String {
        let top = Double(index) * Self.row + 4
        var start = Self.left
        var text =
            "<text class=\"end\" x=\"\(coordinate(Self.left - 6))\" y=\"\(coordinate(top + 14))\">"
            + "\(escapedMarkup(label))</text>"
        for part in parts {
            let width = part.shares[index] * (Self.right - Self.left)
            text +=
                "<g class=\"\(part.style)\"><rect class=\"bar\" x=\"\(coordinate(start))\" y=\"\(coordinate(top))\" "
                + "width=\"\(coordinate(width))\" height=\"\(coordinate(Self.row - 6))\"><title>"
                + "\(escapedMarkup(part.name)) \(percent(part.shares[index]))</title></rect></g>"
            start += width
        }
        return text
    }
}
