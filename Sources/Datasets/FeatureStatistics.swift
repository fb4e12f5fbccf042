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

    /// Whether a feature varies so little for its size that rounding it to Float32 may have made this of it: then its
    /// statistics are to be taken of the numbers before. See `Normalization`.
    func isDoubtful(_ feature: Int) -> Bool {
        abs(mean[feature]) > Normalization.mostOffset * variance[feature].squareRoot()
    }

    var mayBeOfRounding: Bool { mean.indices.contains(where: isDoubtful) }

    func replacingDoubtful(with exact: FeatureStatistics) -> FeatureStatistics {
        FeatureStatistics(
            mean: mean.indices.map { isDoubtful($0) ? exact.mean[$0] : mean[$0] },
            variance: mean.indices.map { isDoubtful($0) ? exact.variance[$0] : variance[$0] })
    }

    /// Takes the statistics of numbers that Float32 does not hold. Sums are of their distances from the first row: a
    /// feature that never changes has that very mean, and no variance.
    init(_ inputs: WideInputs, rows: Int, _ chosen: [Int32]?) throws {
        var first = [Double](repeating: 0, count: inputs.features)
        let row = Int(chosen?.first ?? 0)
        try inputs.forEachRun { rows, values in
            guard rows.contains(row) else { return }
            for feature in first.indices { first[feature] = values[(row - rows.lowerBound) * first.count + feature] }
        }
        try self.init(features: inputs.features, rows: rows, chosen, from: first) { body in
            try inputs.forEachRun { body($0, .doubles($1)) }
        }
    }

    /// Takes the statistics of the rows named, which ascend, or of all. Goes through the inputs twice.
    init(_ inputs: SampleTable.Inputs, features: Int, rows: Int, _ chosen: [Int32]?) throws {
        try self.init(features: features, rows: rows, chosen) { body in
            try inputs.forEachRun(rows: rows) { body($0, StatisticsRows($1)) }
        }
    }

    /// Takes the statistics of the rows named, which ascend, or of all, in a row-major table of numbers that Float32
    /// does not hold.
    init(_ inputs: UnsafePointer<Double>, features: Int, rows: Int, _ chosen: [Int32]? = nil) {
        self.init(
            features: features, rows: rows, chosen, from: Array(UnsafeBufferPointer(start: inputs, count: features))
        ) { $0(0..<rows, .doubles(inputs)) }
    }

    /// Takes the statistics of the rows named, which ascend, or of all, in a row-major table.
    init(_ inputs: UnsafePointer<Float>, features: Int, rows: Int, _ chosen: [Int32]? = nil) {
        self.init(features: features, rows: rows, chosen) { $0(0..<rows, .floats(inputs)) }
    }

    private init(
        features: Int, rows: Int, _ chosen: [Int32]?, from origin: [Double]? = nil,
        _ forEachRun: ((Range<Int>, StatisticsRows) -> Void) throws -> Void
    ) rethrows {
        let count = Double(chosen?.count ?? rows)
        var sum = FeatureSums(features: features, chosen: chosen)
        let mean: [Double]
        if let origin {
            try forEachRun { sum.add($0, $1) { value, feature in value - origin[feature] } }
            mean = zip(origin, sum.sums).map { $0 + $1 / count }
        } else {
            try forEachRun { sum.add($0, $1) { value, _ in value } }
            mean = sum.sums.map { $0 / count }
        }
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

    /// The statistics of channels: features at equal distances taken together.
    func merged(into channels: Int) -> FeatureStatistics {
        let pixels = Double(mean.count / channels)
        var (means, variances) = ([Double](repeating: 0, count: channels), [Double](repeating: 0, count: channels))
        for (feature, mean) in mean.enumerated() { means[feature % channels] += mean / pixels }
        for (feature, variance) in variance.enumerated() {
            let difference = mean[feature] - means[feature % channels]
            variances[feature % channels] += (variance + difference * difference) / pixels
        }
        // Sums of shares round: what never changes would have a variance of that.
        for channel in 0..<channels {
            let features = stride(from: channel, to: mean.count, by: channels)
            guard features.allSatisfy({ variance[$0] == 0 && mean[$0] == mean[channel] }) else { continue }
            (means[channel], variances[channel]) = (mean[channel], 0)
        }
        return FeatureStatistics(mean: means, variance: variances)
    }
}

/// Some consecutive rows of numbers.
private enum StatisticsRows {
    case bytes(UnsafePointer<UInt8>)
    case floats(UnsafePointer<Float>)
    case doubles(UnsafePointer<Double>)

    init(_ rows: InputRows) {
        switch rows {
        case .bytes(let pointer): self = .bytes(pointer)
        case .floats(let pointer): self = .floats(pointer)
        }
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

    mutating func add(
        _ rows: Range<Int>, _ inputs: StatisticsRows, _ term: (_ value: Double, _ feature: Int) -> Double
    ) {
        switch inputs {
        case .bytes(let pointer): add(rows, pointer) { term(Double($0), $1) }
        case .floats(let pointer): add(rows, pointer) { term(Double($0), $1) }
        case .doubles(let pointer): add(rows, pointer, term)
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
