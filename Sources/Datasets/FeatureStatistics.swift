/// Mean and standard deviation of each feature, in Double, rows added in order.
struct FeatureStatistics {
    let mean: [Double]
    /// The population's: divided by the number of rows. A feature that never changes has 1, so that it becomes 0.
    let standardDeviation: [Double]

    var normalization: NormalizationValues {
        NormalizationValues(mean: mean, standardDeviation: standardDeviation)
    }

    /// Of the rows named, or of all.
    init(_ inputs: SampleTable.Inputs, features: Int, rows: Int, _ chosen: [Int32]?) {
        switch inputs {
        case .bytes(let buffer): self.init(buffer.pointer, features: features, rows: rows, chosen) { Double($0) }
        case .floats(let buffer): self.init(buffer.pointer, features: features, rows: rows, chosen) { Double($0) }
        }
    }

    /// Of all rows of a row-major table.
    init(_ inputs: UnsafePointer<Float>, features: Int, rows: Int) {
        self.init(inputs, features: features, rows: rows, nil) { Double($0) }
    }

    private init<Element>(
        _ inputs: UnsafePointer<Element>, features: Int, rows: Int, _ chosen: [Int32]?,
        _ number: (Element) -> Double
    ) {
        func forEachRow(_ body: (UnsafePointer<Element>) -> Void) {
            if let chosen {
                for row in chosen { body(inputs + Int(row) * features) }
            } else {
                for row in 0..<rows { body(inputs + row * features) }
            }
        }
        let count = Double(chosen?.count ?? rows)
        var mean = [Double](repeating: 0, count: features)
        forEachRow { row in
            for feature in 0..<features { mean[feature] += number(row[feature]) }
        }
        for feature in 0..<features { mean[feature] /= count }
        var variance = [Double](repeating: 0, count: features)
        forEachRow { row in
            for feature in 0..<features {
                let difference = number(row[feature]) - mean[feature]
                variance[feature] += difference * difference
            }
        }
        self.mean = mean
        self.standardDeviation = variance.map { sum in
            let deviation = (sum / count).squareRoot()
            return deviation > 0 && Float(1 / deviation).isFinite ? deviation : 1
        }
    }
}
