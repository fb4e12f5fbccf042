/// Says in words which wall is near, and where efficiency goes.
struct ScalingExplanation {
    let mode: ScalingMode
    let points: [ScalingPoint]
    let fits: [ScalingFit]
    /// The laws that were tried.
    let laws: [ScalingLaw]

    /// Workers that have cores: what the explanation is of.
    private var measured: [ScalingPoint] { points.filter { !$0.exceedsCores } }

    var sentences: [String] {
        guard let last = measured.last else { return ["Nothing was measured on cores of its own."] }
        return [walls(last)] + (measured.count > 1 ? [losses(last)] : []) + shardLimit(last) + fitNotes
    }

    /// How far the step is from what the machine can do.
    private func walls(_ point: ScalingPoint) -> String {
        var text =
            "\(counted(point.workers, "worker")) reach \(percent(point.shareOfPeak)) of what they can do in multiply-adds "
            + "(\(rounded(point.gflops, 1)) of \(rounded(point.peakGflops, 1)) GFLOP/s)"
        text +=
            point.shareOfPeak >= 0.8
            ? ": arithmetic is the near wall, and only more or faster cores move it." : ": arithmetic is not the wall."
        let streamed = point.streamedGigabytesPerSecond / point.memoryGigabytesPerSecond
        text +=
            " Gradients, parameters and weights stream at \(rounded(point.streamedGigabytesPerSecond, 1)) GB/s, "
            + "\(percent(streamed)) of what these workers move to and from memory"
        text += streamed >= 0.5 ? ": unless caches hold them, memory is near." : ": memory is not near."
        if let first = measured.first, first.workers < point.workers {
            let factor = Double(point.workers) / Double(first.workers)
            text +=
                " Cores together: multiply-adds \(rounded(point.peakGflops / first.peakGflops, 2)) times those of "
                + "\(counted(first.workers, "worker")), memory "
                + "\(rounded(point.memoryGigabytesPerSecond / first.memoryGigabytesPerSecond, 2)) times "
                + "(\(rounded(point.memoryGigabytesPerSecond, 1)) GB/s), where \(rounded(factor, 2)) would be all."
        }
        return text
    }

    /// What the efficiency that is missing went into: growth of each part of the workers' time a sample, which together
    /// make up 1 - efficiency.
    private func losses(_ point: ScalingPoint) -> String {
        let parts = Self.losses(from: measured[0], to: point)
        let lost = 1 - point.efficiency.median
        let introduction =
            "Efficiency of \(counted(point.workers, "worker")) is \(percent(point.efficiency.median))"
        guard lost >= 0.005, let largest = parts.max(by: { $0.share < $1.share }) else {
            return introduction + ": nothing to speak of is lost."
        }
        let list = parts.filter { $0.share.magnitude >= 0.0005 }
            .map { "\(percent($0.share)) \($0.name)" }.joined(separator: ", ")
        return introduction + ". Lost by part, as shares of the workers' time: \(list). " + advice(largest.name, point)
    }

    static func losses(from base: ScalingPoint, to point: ScalingPoint) -> [(name: String, share: Double)] {
        func seconds(_ point: ScalingPoint, _ part: KeyPath<ScalingPoint.TimeSplit, Double>) -> Double {
            point.time[keyPath: part] * Double(point.workers) / point.samplesPerSecond.median
        }
        let total = Double(point.workers) / point.samplesPerSecond.median
        let names: [(String, KeyPath<ScalingPoint.TimeSplit, Double>)] = [
            (compute, \.compute), (reduceAndUpdate, \.reduceAndUpdate), (waiting, \.waiting), (data, \.data),
        ]
        return names.map { ($0, (seconds(point, $1) - seconds(base, $1)) / total) }
    }

    static let compute = "slower computing"
    static let reduceAndUpdate = "reduce + update"
    static let waiting = "waiting"
    static let data = "data"

    private func advice(_ part: String, _ point: ScalingPoint) -> String {
        switch part {
        case Self.compute:
            let clock =
                1 - point.peakGflops / Double(point.workers) / (measured[0].peakGflops / Double(measured[0].workers))
            return clock >= 0.02
                ? "Each core does \(percent(clock)) fewer multiply-adds a second when all work: that is the clock, or a "
                    + "neighbor."
                : "Cores are as fast in multiply-adds as alone, so they wait for memory or a cache that they share."
        case Self.waiting:
            return "Workers wait for each other: more shards make their loads more equal, a larger batch makes what is "
                + "serial matter less."
        case Self.reduceAndUpdate:
            return
                "Gradients and parameters go through memory once a step: a larger batch, or fewer shards, makes that "
                + "matter less."
        default:
            return
                "Choosing and reading samples takes the time: a larger batch, or data in memory, makes it matter less."
        }
    }

    /// What the cut of the batch allows at the most.
    private func shardLimit(_ point: ScalingPoint) -> [String] {
        let rounds = (point.shards + point.workers - 1) / point.workers
        let bound = Double(point.shards) / Double(rounds * point.workers)
        guard bound < 0.995 else { return [] }
        return [
            "\(counted(point.shards, "shard")) for \(counted(point.workers, "worker")) allow \(percent(bound)) at the most: "
                + "choose shards that are a multiple of the workers, or many more than workers."
        ]
    }

    private var fitNotes: [String] {
        let missing = laws.filter { law in !fits.contains { $0.law == law } }.map { law in
            "\(law.name) needs \(law.pointsNeeded) numbers of workers that have cores, and \(measured.count) "
                + "\(measured.count == 1 ? "was" : "were") measured."
        }
        let exact = fits.filter(\.isExact).map { fit in
            "\(fit.name) has as many unknowns as points, so nothing tests it: its predictions are no more than a rule of "
                + "thumb."
        }
        return missing + exact
    }
}
