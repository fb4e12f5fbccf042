import Foundation

/// The pictures of one mode.
struct ScalingCharts {
    let curve: ScalingCurve

    private var largestMeasured: Double { Double(curve.points.last!.workers) }
    private var largest: Double { Double(curve.predictions.map(\.workers).max() ?? curve.points.last!.workers) }

    /// Speed-up over workers, both in powers of two, beside the ideal and the laws.
    var speedup: LineChart {
        let ideal = LineChart.Series(
            name: "ideal", style: "ideal",
            points: [LineChart.Point(x: 1, y: 1), LineChart.Point(x: largest, y: largest)], isDashed: true)
        let series = [ideal] + laws { $1.throughput(workers: $0) / $1.single } + [measured(\.speedup)]
        let drawn = Self.range(series)
        return LineChart(
            title: "Speed-up over one worker", x: .powersOfTwo("workers", upTo: largest),
            y: .powersOfTwo("times as fast", from: drawn.lowerBound, upTo: drawn.upperBound), series: series,
            predictedFrom: largestMeasured)
    }

    /// Efficiency over workers.
    var efficiency: LineChart {
        let series = laws { $1.throughput(workers: $0) / $1.single / $0 } + [measured(\.efficiency)]
        return LineChart(
            title: "Efficiency: speed-up over workers", x: .powersOfTwo("workers", upTo: largest),
            y: .percent("efficiency", upTo: Self.range(series).upperBound), series: series,
            predictedFrom: largestMeasured)
    }

    /// Where the workers' time goes.
    var time: ShareBars {
        func part(_ name: String, _ style: String, _ share: KeyPath<ScalingPoint.TimeSplit, Double>) -> ShareBars.Part {
            ShareBars.Part(name: name, style: style, shares: curve.points.map { $0.time[keyPath: share] })
        }
        return ShareBars(
            title: "Where the workers' time goes", labels: curve.points.map { counted($0.workers, "worker") },
            parts: [
                part("computing", "compute", \.compute), part("reduce + update", "reduce", \.reduceAndUpdate),
                part("data", "data", \.data), part("waiting", "waiting", \.waiting),
            ])
    }

    /// What a worker gets of the machine, beside what it makes of it.
    var walls: LineChart {
        let first = curve.points[0]
        func series(_ name: String, _ style: String, _ value: (ScalingPoint) -> Double) -> LineChart.Series {
            LineChart.Series(
                name: name, style: style,
                points: curve.points.map {
                    LineChart.Point(
                        x: Double($0.workers),
                        y: value($0) / Double($0.workers) / (value(first) / Double(first.workers)))
                }, hasMarkers: true)
        }
        let all = [
            series("multiply-adds a worker", "first") { $0.peakGflops },
            series("memory bandwidth a worker", "machine") { $0.memoryGigabytesPerSecond },
            series("training a worker", "measured") { $0.samplesPerSecond.median },
        ]
        return LineChart(
            title: "What a worker gets, of what \(first.workers == 1 ? "one alone" : "the fewest") gets",
            x: .powersOfTwo("workers", upTo: largestMeasured),
            y: .percent("share", upTo: all.flatMap(\.points).map(\.y).max()!), series: all)
    }

    /// From the least to the greatest value above 0 that is drawn, ends of intervals too.
    private static func range(_ series: [LineChart.Series]) -> ClosedRange<Double> {
        let values = series.flatMap(\.points).flatMap { [$0.y, $0.lower ?? $0.y, $0.upper ?? $0.y] }
        let drawn = values.filter { $0 > 0 && $0.isFinite }
        return (drawn.min() ?? 1)...(drawn.max() ?? 1)
    }

    private func measured(_ value: KeyPath<ScalingPoint, RoundEstimate>) -> LineChart.Series {
        LineChart.Series(
            name: "measured", style: "measured",
            points: curve.points.map {
                let estimate = $0[keyPath: value]
                return LineChart.Point(
                    x: Double($0.workers), y: estimate.median, lower: estimate.lower, upper: estimate.upper)
            }, hasMarkers: true)
    }

    /// A curve of each law from one worker to the last prediction.
    private func laws(_ value: (Double, ScalingCoefficients) -> Double) -> [LineChart.Series] {
        zip(curve.fits, ["first", "second"]).map { fit, style in
            let exponents = stride(from: 0.0, through: log2(largest) + 1e-9, by: 0.125)
            let points = exponents.map { exponent in
                LineChart.Point(x: exp2(exponent), y: value(exp2(exponent), fit.coefficients))
            }
            return LineChart.Series(name: fit.name, style: style, points: points, isDashed: true)
        }
    }
}
