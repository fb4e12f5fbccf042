import Lockstep

extension NormalizationValues {
    /// As a formula, with the first of many numbers: `(x - 5.843) / 0.8253`, `x * 0.003922`, `as they are`.
    var text: String {
        func list(_ values: [Double]) -> String {
            let shown = values.prefix(Self.mostShown).map(\.brief).joined(separator: ", ")
            return values.count == 1 ? shown : "[\(shown)\(values.count > Self.mostShown ? ", …" : "")]"
        }
        if let standardDeviation { return "(x - \(list(mean ?? [0]))) / \(list(standardDeviation))" }
        if let mean { return "x - \(list(mean))" }
        var text = "x"
        if let scale, scale != [1] { text += " * \(list(scale))" }
        if let offset, offset != [0] { text += " + \(list(offset))" }
        return text == "x" ? "as they are" : text
    }

    private static let mostShown = 6
}
