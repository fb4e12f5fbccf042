import Foundation

/// The part of a report that one mode fills: what it means in words, pictures, tables.
struct ScalingSection {
    let curve: ScalingCurve

    init(_ curve: ScalingCurve) { self.curve = curve }

    var markup: String {
        let explanation = curve.explanation.map { "<li>\(escapedMarkup($0))</li>" }.joined(separator: "\n")
        let charts = ScalingCharts(curve: curve)
        return """
            <section>
            <h2>\(title)</h2>
            <ul>
            \(explanation)
            </ul>
            <div class="charts">
            \(charts.speedup.markup)
            \(charts.efficiency.markup)
            \(charts.time.markup)
            \(charts.walls.markup)
            </div>
            \(points)
            \(walls)
            \(fits)
            \(predictions)
            </section>
            """
    }

    private var title: String {
        let first = curve.points[0]
        let batch = "batch \(first.batchSize) in \(counted(first.shards, "shard"))"
        switch curve.mode {
        case .strong: return "Strong scaling: the same \(batch)"
        case .weak: return "Weak scaling: \(batch) for \(counted(first.workers, "worker")), growing with them"
        }
    }

    private var points: String {
        tableMarkup(
            header: ["workers", "batch", "shards", "step, ms", "samples/s", "speed-up", "efficiency", "interval"],
            rows: curve.points.map { point in
                [
                    "\(point.workers)\(point.exceedsCores ? "*" : "")", "\(point.batchSize)", "\(point.shards)",
                    rounded(point.stepMilliseconds.median, 3), rounded(point.samplesPerSecond.median, 0),
                    rounded(point.speedup.median, 2), percent(point.efficiency.median), interval(point.efficiency),
                ]
            },
            caption: "Measured"
                + (curve.points.contains(where: \.exceedsCores) ? " (* more workers than cores: in no fit)" : ""))
    }

    private var walls: String {
        tableMarkup(
            header: [
                "workers", "computing", "reduce + update", "data", "waiting", "GFLOP/s", "FMA peak", "of peak",
                "streamed, GB/s", "memory, GB/s",
            ],
            rows: curve.points.map { point in
                [
                    "\(point.workers)", percent(point.time.compute), percent(point.time.reduceAndUpdate),
                    percent(point.time.data), percent(point.time.waiting), rounded(point.gflops, 1),
                    rounded(point.peakGflops, 1), percent(point.shareOfPeak),
                    rounded(point.streamedGigabytesPerSecond, 1), rounded(point.memoryGigabytesPerSecond, 1),
                ]
            }, caption: "Where the time goes, and what the machine allows")
    }

    private var fits: String {
        guard !curve.fits.isEmpty else { return "" }
        return tableMarkup(
            header: ["law", "σ", "interval", "κ", "at most, times one worker", "most workers that help"],
            rows: curve.fits.map { fit in
                [
                    fit.name, percent(fit.contention.median), interval(fit.contention),
                    fit.coherency.map { String(format: "%.2e", $0.median) } ?? "",
                    fit.limit.map { rounded($0, 1) } ?? "no limit",
                    fit.bestWorkers.map { rounded($0, 0) } ?? "no limit",
                ]
            }, caption: "Fitted to what was measured")
    }

    private var predictions: String {
        guard !curve.predictions.isEmpty else { return "" }
        return tableMarkup(
            header: ["workers", "law", "samples/s", "speed-up", "efficiency", "interval"],
            rows: curve.predictions.map { prediction in
                [
                    "\(prediction.workers)", prediction.law.name, rounded(prediction.samplesPerSecond.median, 0),
                    rounded(prediction.speedup.median, 2), percent(prediction.efficiency.median),
                    interval(prediction.efficiency),
                ]
            }, caption: "Predicted by these laws, not measured")
    }

    private func interval(_ estimate: RoundEstimate) -> String {
        guard let lower = estimate.lower, let upper = estimate.upper else { return "" }
        return "\(rounded(lower * 100, 1))–\(rounded(upper * 100, 1))%"
    }
}
