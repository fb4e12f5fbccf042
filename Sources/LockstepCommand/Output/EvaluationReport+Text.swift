import Lockstep

extension EvaluationReport {
    /// A line for each metric: `test accuracy`, `97.78%`.
    var rows: [[String]] { rows(of: nil) }

    /// A line for each metric: `test accuracy`, `97.78% (last step)`.
    ///
    /// - Parameter whose: the parameters that were evaluated.
    func rows(of whose: String?) -> [[String]] {
        let metrics: [(String, String?)] = [
            ("loss", loss.brief),
            ("accuracy", accuracy?.percent),
            ("top-5 accuracy", top5Accuracy?.percent),
            ("RMSE", rootMeanSquaredError?.brief),
            ("MAE", meanAbsoluteError?.brief),
            ("R²", rSquared?.brief),
        ]
        let remark = whose.map { " (\($0))" } ?? ""
        return metrics.compactMap { name, value in value.map { ["\(split) \(name)", $0 + remark] } }
    }

    /// All metrics, and a classifier's confusion matrix with its classes' names.
    func text(classNames: [String]?) -> String {
        var columns = Columns()
        columns.add("samples", samples.grouped)
        columns.add(rows)
        let table = confusionTable(classNames).map { [""] + $0 } ?? []
        return (columns.lines() + table).joined(separator: "\n")
    }

    /// Classes whose confusion matrix still fits a window.
    private static let mostClassesShown = 20

    private func confusionTable(_ classNames: [String]?) -> [String]? {
        guard let confusionMatrix, confusionMatrix.count <= Self.mostClassesShown else { return nil }
        let names = confusionMatrix.indices.map { index in
            (classNames?[index] ?? "\(index)").escaped.shortened(to: 16)
        }
        var columns = Columns([.left] + names.map { _ in .right } + [.right])
        columns.add([""] + names.map { $0.shortened(to: 6) } + ["recall"])
        for (label, row) in confusionMatrix.enumerated() {
            let total = row.reduce(0, +)
            let recall = total > 0 ? (Double(row[label]) / Double(total)).percent : ""
            columns.add([names[label]] + row.map { $0 == 0 ? "." : "\($0)" } + [recall])
        }
        return ["rows: the class that is right, columns: the class predicted"] + columns.lines()
    }
}
