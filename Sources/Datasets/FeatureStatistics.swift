/// Mean and standard deviation of each feature, in Double, rows added in order.
struct FeatureStatistics {
    let mean: [Double]
    /// The population's: divided by the number of rows.
    let variance: [Double]

    /// A feature that never changes has 1, so that it becomes 0.
    var standardDeviation: [Double] {
        variance.map { variance in
            let deviation = variance.squareRoot()
            return deviation > 0 && Float(1 / deviation).isFinite ? deviation : 1
        }
    }

    var normalization: NormalizationValues {
        NormalizationValues(mean: mean, standardDeviation: standardDeviation)
    }

    /// Of the rows named, which ascend, or of all. Goes through the inputs twice.
    init(_ inputs: SampleTable.Inputs, features: Int, rows: Int, _ chosen: [Int32]?) throws {
        try self.init(features: features, rows: rows, chosen) { try inputs.forEachRun(rows: rows, $0) }
    }

    /// Of all rows of a row-major table.
    init(_ inputs: UnsafePointer<Float>, features: Int, rows: Int) {
        self.init(features: features, rows: rows, nil) { $0(0..<rows, .floats(inputs)) }
    }

    private init(
        features: Int, rows: Int, _ chosen: [Int32]?,
        _ forEachRun: ((Range<Int>, InputRows) -> Void) throws -> Void
    ) rethrows {
        let count = Double(chosen?.count ?? rows)
        var sum = FeatureSums(features: features, chosen: chosen)
        try forEachRun { sum.add($0, $1) { value, _ in value } }
        let mean = sum.sums.map { $0 / count }
        var squares = FeatureSums(features: features, chosen: chosen)
        try forEachRun { rows, inputs in
            squares.add(rows, inputs) { value, feature in
                let difference = value - mean[feature]
                return difference * difference
            }
        }
        self.mean = mean
        variance = squares.sums.map { $0 / count }
    }

    private init(mean: [Double], variance: [Double]) {
        self.mean = mean
        self.variance = variance
    }

    /// Of channels: features at equal distances taken together.
    func merged(into channels: Int) -> FeatureStatistics {
        let pixels = Double(mean.count / channels)
        var (means, variances) = ([Double](repeating: 0, count: channels), [Double](repeating: 0, count: channels))
        for (feature, mean) in mean.enumerated() { means[feature % channels] += mean / pixels }
        for (feature, variance) in variance.enumerated() {
            let difference = mean[feature] - means[feature % channels]
            variances[feature % channels] += (variance + difference * difference) / pixels
        }
        return FeatureStatistics(mean: means, variance: variances)
    }
}

/// A sum for each feature over rows that arrive in order.
private struct FeatureSums {
    private(set) var sums: [Double]
    private let chosen: [Int32]?
    /// The next of `chosen`.
    private var next = 0

    init(features: Int, chosen: [Int32]?) {
        sums = [Double](repeating: 0, count: features)
        self.chosen = chosen
    }

    mutating func add(_ rows: Range<Int>, _ inputs: InputRows, _ term: (_ value: Double, _ feature: Int) -> Double) {
        switch inputs {
        case .bytes(let pointer): add(rows, pointer) { term(Double($0), $1) }
        case .floats(let pointer): add(rows, pointer) { term(Double($0), $1) }
        }
    }

    private mutating func add<Element>(
        _ rows: Range<Int>, _ inputs: UnsafePointer<Element>, _ term: (Element, Int) -> Double
    ) {
        let features = sums.count
        sums.withUnsafeMutableBufferPointer { sums in
            func add(_ row: Int) {
                let values = inputs + (row - rows.lowerBound) * features
                for feature in 0..<features { sums[feature] += term(values[feature], feature) }
            }
            guard let chosen else { return rows.forEach(add) }
            while next < chosen.count, chosen[next] < rows.upperBound {
                add(Int(chosen[next]))
                next += 1
            }
        }
    }
}
