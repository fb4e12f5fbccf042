import Benchmarking
import Foundation

extension StepMeasurement {
    /// A few lines, and a table of the layers if they are there.
    var text: String {
        var columns = Columns()
        columns.add(
            "step",
            "\(stepMillisecondsBest.milliseconds) best, \(stepMillisecondsMedian.milliseconds) median, "
                + "\(stepMillisecondsP95.milliseconds) in 95% of \(counted(steps, "step"))")
        columns.add("samples/s", Int(samplesPerSecond).grouped)
        columns.add(
            "GFLOP/s",
            "\(gflops.oneDecimal) of \(peakGflops.oneDecimal) at the most: \(shareOfPeak.shortPercent) of the peak")
        columns.add("time", phases.parts.map { "\($0) \($1.shortPercent)" }.joined(separator: ", "))
        let title =
            "\(workload.escaped): batch \(batchSize.grouped) in \(counted(shards, "shard")), "
            + "\(counted(workers, "worker")), \(instructionSet)"
        return ([title] + columns.lines(indent: "  ") + layerLines).joined(separator: "\n")
    }

    /// A line a layer, then what belongs to none, so that the last column adds up.
    private var layerLines: [String] {
        guard let layers else { return [] }
        let decimals = stepMillisecondsMedian.decimals
        func milliseconds(_ value: Double) -> String { String(format: "%.\(decimals)f", value) }
        var columns = Columns([.left] + Array(repeating: .right, count: 5))
        columns.add("layer", "forward ms", "GFLOP/s", "backward ms", "GFLOP/s", "of time")
        for layer in layers {
            columns.add(
                layer.layer.escaped.shortened(to: 40), milliseconds(layer.forwardMilliseconds),
                layer.forwardGflops?.oneDecimal ?? "", milliseconds(layer.backwardMilliseconds),
                layer.backwardGflops?.oneDecimal ?? "", layer.share.shortPercent)
        }
        let loss = max(0, phases.forward + phases.backward - layers.reduce(0) { $0 + $1.share })
        for (name, share) in [("loss", loss)] + phases.parts.dropFirst(2) {
            columns.add(name, "", "", "", "", share.shortPercent)
        }
        return [""] + columns.lines(indent: "  ")
    }
}

extension StepMeasurement.Phases {
    /// The phases in the order of a step, the workers' common stages first.
    fileprivate var parts: [(name: String, share: Double)] {
        [
            ("forward", forward), ("backward", backward), ("reduce + update", reduceAndUpdate), ("waiting", waiting),
            ("data", data),
        ]
    }
}

extension Double {
    /// `0.6134` as `61.3%`.
    var shortPercent: String { String(format: "%.1f%%", self * 100) }

    var oneDecimal: String { String(format: "%.1f", self) }

    /// A time in milliseconds: `0.0213 ms`, `2.345 ms`, `367.1 ms`.
    fileprivate var milliseconds: String { String(format: "%.\(decimals)f ms", self) }

    /// Decimals that make about four digits.
    fileprivate var decimals: Int { self >= 100 ? 1 : self >= 10 ? 2 : self >= 1 ? 3 : 4 }
}
