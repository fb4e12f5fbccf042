import Foundation
import Training

/// A learning rate range test as a page for browsers.
package struct LearningRateReport {
    private let sweep: LearningRateSweep

    package init(_ sweep: LearningRateSweep) { self.sweep = sweep }

    package var html: String { ReportPage(title: "Loss over learning rate", body: introduction + chart).html }

    private func text(_ rate: Double) -> String { String(format: "%.2g", rate) }

    private var introduction: String {
        let found =
            sweep.steepest.map {
                "The loss falls fastest at <strong>\(text($0))</strong>, a good learning rate to begin with"
            } ?? "The loss never falls: begin the test with lower rates"
        let least = sweep.atLeastLoss.map { "; it is least at \(text($0)), which is as far as one can go" } ?? ""
        return """
            <p class="faint">\(counted(sweep.points.count, "step")) of \(counted(sweep.batchSize, "sample")), each with a larger
            rate than the one before\(sweep.hasDiverged ? ", until the loss exploded" : "").</p>
            <p>\(found)\(sweep.steepest == nil ? "" : least).</p>\(scaled)
            """
    }

    /// The rate to write down, where it is another than that of the batch.
    private var scaled: String {
        guard let rate = sweep.learningRate, sweep.scaling != nil else { return "" }
        return """

            <p>These are rates of batches of \(sweep.batchSize). The configuration scales its own to the batch size
            (learningRateScaling): for the rate that falls fastest, write down <strong>learningRate: \(text(rate))</strong>.</p>
            """
    }

    private var chart: String {
        guard let first = sweep.points.first, let last = sweep.points.last, first.learningRate < last.learningRate
        else {
            return "<p>Too few steps to draw.</p>"
        }
        let smoothed = sweep.points.map(\.smoothed)
        let least = min(smoothed.min()!, sweep.points.map(\.loss).filter(\.isFinite).min()!)
        let start = smoothed[0]
        // What explodes at the end leaves through the top.
        let top = max(start, least) + 0.6 * max(start - least, 0.1 * start.magnitude)
        let bottom = max(0, least - 0.1 * (top - least))
        let x = Axis.powersOfTen(
            sweep.scaling == nil ? "learning rate" : "learning rate of the batch", from: first.learningRate,
            to: last.learningRate)
        let y = Axis.around("loss", from: bottom, to: top)
        func points(_ value: (LearningRateSweep.Point) -> Double) -> [LineChart.Point] {
            sweep.points.filter { value($0).isFinite }.map { .init(x: $0.learningRate, y: value($0)) }
        }
        var series = [
            LineChart.Series(name: "of each batch", style: "ideal", points: points(\.loss)),
            LineChart.Series(name: "running mean", style: "measured", points: points(\.smoothed)),
        ]
        if let steepest = sweep.steepest, let at = sweep.points.first(where: { $0.learningRate == steepest }) {
            series.append(
                LineChart.Series(
                    name: "falls fastest, \(text(steepest))", style: "first",
                    points: [.init(x: steepest, y: at.smoothed)], hasMarkers: true))
        }
        return "<div class=\"charts\">"
            + LineChart(title: "Loss while the learning rate grows", x: x, y: y, series: series).markup + "</div>"
    }
}
