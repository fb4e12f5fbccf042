import Benchmarking
import Foundation

extension ScalingMeasurement {
    /// A table of each mode, its laws and predictions, and what they mean. No line is longer than a terminal of 100
    /// columns.
    var text: String {
        var lines = [
            "\(workload.escaped) on \(machine.processor.escaped), \(counted(machine.usableCores, "usable core")), "
                + "\(machine.instructionSet)",
            "\(counted(rounds, "round")) of \(secondsPerRound.formatted) s for each number of workers; medians"
                + (rounds > 1 ? ", intervals of \(String(format: "%.0f%%", intervalCoverage * 100))" : ""),
        ]
        for curve in curves { lines += [""] + curve.lines }
        return lines.joined(separator: "\n")
    }
}

extension ScalingCurve {
    fileprivate var lines: [String] {
        let sentences = explanation.flatMap { $0.wrapped(to: 98).enumerated().map { ($0 == 0 ? "- " : "  ") + $1 } }
        return [title] + pointLines + [""] + timeLines + [""] + lawLines + predictionLines + [""] + sentences
    }

    private var title: String {
        let first = points[0]
        return switch mode {
        case .strong: "strong scaling: batch \(first.batchSize.grouped) in \(counted(first.shards, "shard"))"
        case .weak:
            "weak scaling: batch \(first.batchSize.grouped) in \(counted(first.shards, "shard")) for "
                + "\(counted(first.workers, "worker")), and as many times as there are more"
        }
    }

    private var pointLines: [String] {
        var columns = Columns(Array(repeating: .right, count: 8))
        columns.add("workers", "step ms", "samples/s", "speed-up", "efficiency", "interval", "of FMA peak", "GB/s")
        for point in points {
            columns.add(
                "\(point.workers)\(point.exceedsCores ? "*" : "")", point.stepMilliseconds.median.brief,
                Int(point.samplesPerSecond.median).grouped, String(format: "%.2f", point.speedup.median),
                point.efficiency.median.shortPercent, point.efficiency.interval, point.shareOfPeak.shortPercent,
                point.memoryGigabytesPerSecond.oneDecimal)
        }
        let note = points.contains(where: \.exceedsCores) ? ["  * more workers than cores: in no fit"] : []
        return columns.lines(indent: "  ") + note
    }

    private var timeLines: [String] {
        var columns = Columns(Array(repeating: .right, count: 5))
        columns.add("workers", "computing", "reduce + update", "data", "waiting")
        for point in points {
            columns.add(
                "\(point.workers)", point.time.compute.shortPercent, point.time.reduceAndUpdate.shortPercent,
                point.time.data.shortPercent, point.time.waiting.shortPercent)
        }
        return columns.lines(indent: "  ")
    }

    private var lawLines: [String] {
        fits.map { fit in
            var text = "  \(fit.name): "
            if let coherency = fit.coherency {
                text +=
                    "contention \(fit.contention.median.shortPercent) (\(fit.contention.interval)), "
                    + "coherency \(coherency.median.scientific)"
            } else {
                text += "serial share \(fit.contention.median.shortPercent) (\(fit.contention.interval))"
            }
            if let limit = fit.limit, limit < 1e4 { text += ", at most \(limit.oneDecimal) times one worker" }
            if let best = fit.bestWorkers, best < 1e4 { text += " with \(Int(best.rounded())) workers" }
            return text
        }
    }

    private var predictionLines: [String] {
        guard !predictions.isEmpty else { return [] }
        var columns = Columns([.right] + fits.flatMap { _ in [.right, .right, .right] as [Columns.Alignment] })
        columns.add(["workers"] + fits.flatMap { [$0.law.shortName, "speed-up", "efficiency, interval"] })
        let byWorkers = Dictionary(grouping: predictions, by: \.workers)
        for workers in byWorkers.keys.sorted() {
            columns.add(
                ["\(workers)"]
                    + byWorkers[workers]!.flatMap {
                        [
                            Int($0.samplesPerSecond.median).grouped, String(format: "%.1f", $0.speedup.median),
                            $0.efficiency.median.shortPercent + " " + $0.efficiency.interval,
                        ]
                    })
        }
        return ["", "  PREDICTED by these laws, not measured (samples/s):"] + columns.lines(indent: "  ")
    }
}

extension ScalingLaw {
    fileprivate var shortName: String {
        switch self {
        case .amdahl: "Amdahl"
        case .gustafson: "Gustafson"
        case .universal: "Universal"
        }
    }
}

extension RoundEstimate {
    /// `96.8-97.4%`, or nothing for a single round.
    fileprivate var interval: String {
        guard let lower, let upper else { return "" }
        return String(format: "%.1f-%.1f%%", lower * 100, upper * 100)
    }
}

extension Double {
    fileprivate var scientific: String { self == 0 ? "0" : String(format: "%.1e", self) }

    /// `1`, `0.5`.
    fileprivate var formatted: String { self == rounded() ? "\(Int(self))" : "\(self)" }
}

extension String {
    /// The text in lines of so many characters at most, broken between words.
    fileprivate func wrapped(to width: Int) -> [String] {
        split(separator: " ").reduce(into: [String]()) { lines, word in
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] += " " + word
            } else {
                lines.append(String(word))
            }
        }
    }
}
