import Training

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
            (rSquaredByOutput == nil ? "R²" : "R², weighted by variance", rSquared?.brief),
        ]
        let rows = metrics.compactMap { name, value in value.map { ["\(split) \(name)", $0] } } + outputRows
        return whose.map { whose in rows.map { [$0[0], "\($0[1]) (\(whose))"] } } ?? rows
    }

    /// Outputs whose R² are shown; of more, those with the least.
    private static let mostOutputsShown = 20

    /// A line for the R² of each of several outputs, by their number from 0, and their name.
    private var outputRows: [[String]] {
        guard let outputs = rSquaredByOutput else { return [] }
        func row(_ output: Int) -> [String] {
            let name = targetNames.map { " (\($0[output].escaped.shortened(to: 24)))" } ?? ""
            return [
                "\(split) R² of output \(output)\(name)",
                outputs[output]?.brief ?? "none: its targets do not vary",
            ]
        }
        guard outputs.count > Self.mostOutputsShown else { return outputs.indices.map(row) }
        let worst = outputs.indices.filter { outputs[$0] != nil }.sorted {
            (outputs[$0]!, $0) < (outputs[$1]!, $1)
        }.prefix(Self.mostOutputsShown)
        let median = outputs.compactMap { $0 }.sorted()
        return [["\(split) R², median output", median.isEmpty ? "none" : median[median.count / 2].brief]]
            + worst.map(row)
    }

    /// All metrics, and a classifier's confusion matrix with its classes' names.
    func text(classNames: [String]?) -> String {
        var columns = Columns()
        columns.add("samples", samples.grouped)
        columns.add(rows)
        let table = (confusionTable(classNames) ?? worstConfusions(classNames)).map { [""] + $0 } ?? []
        return (columns.lines() + table).joined(separator: "\n")
    }

    /// Classes whose confusion matrix still fits a window.
    private static let mostClassesShown = 20

    /// Confusions that are shown of more classes.
    private static let mostConfusionsShown = 20

    /// The most frequent confusions of many classes, with the share that each has of its class.
    private func worstConfusions(_ classNames: [String]?) -> [String]? {
        guard let confusions else { return nil }
        let wrong = confusions.filter { $0.label != $0.predicted }
        guard !wrong.isEmpty else { return nil }
        let samples = confusions.reduce(into: [Int: Int]()) { $0[$1.label, default: 0] += $1.count }
        let worst = wrong.sorted { ($1.count, $0.label, $0.predicted) < ($0.count, $1.label, $1.predicted) }
            .prefix(Self.mostConfusionsShown)
        func name(_ index: Int) -> String { (classNames?[index] ?? "\(index)").escaped.shortened(to: 24) }
        var columns = Columns([.left, .left, .right, .right])
        columns.add(["right class", "predicted", "samples", "of the class"])
        for confusion in worst {
            let share = Double(confusion.count) / Double(samples[confusion.label]!)
            columns.add([name(confusion.label), name(confusion.predicted), confusion.count.grouped, share.percent])
        }
        let few =
            worst.count < wrong.count ? "the most frequent of \(wrong.count.grouped) confusions" : "the confusions"
        return ["\(few); --json has all counts"] + columns.lines()
    }

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
