/// A map y = x · scale + offset in Double, feature by feature.
struct AffineMap: Equatable {
    var scale: [Double]
    var offset: [Double]

    /// This map after another one.
    func after(_ first: AffineMap) -> AffineMap {
        AffineMap(
            scale: zip(scale, first.scale).map { $0 * $1 },
            offset: scale.indices.map { first.offset[$0] * scale[$0] + offset[$0] })
    }

    /// The features at these places.
    func selecting(_ places: [Int32]) -> AffineMap {
        AffineMap(scale: places.map { scale[Int($0)] }, offset: places.map { offset[Int($0)] })
    }

    /// The same as values that anything can be resolved from.
    var values: NormalizationValues { NormalizationValues(scale: scale, offset: offset) }
}

extension NormalizationValues {
    /// The map for inputs of a shape, in Double, a number for each feature.
    func map(inputShape: [Int]) throws(InvalidNormalization) -> AffineMap {
        // It checks the numbers and their counts.
        _ = try resolved(inputShape: inputShape)
        let features = inputShape.reduce(1, *)
        func expand(_ values: [Double]?, _ absent: Double) -> [Double] {
            guard let values else { return [Double](repeating: absent, count: features) }
            return (0..<features).map { values[$0 % values.count] }
        }
        guard mean != nil || standardDeviation != nil else {
            return AffineMap(scale: expand(scale, 1), offset: expand(offset, 0))
        }
        let (mean, deviation) = (expand(mean, 0), expand(standardDeviation, 1))
        return AffineMap(scale: deviation.map { 1 / $0 }, offset: zip(mean, deviation).map { -$0 / $1 })
    }

    /// The map back: x = (y − offset) / scale, or y · standard deviation + mean.
    ///
    /// - Throws: `InvalidNormalization` for a scale of 0, which nothing leads back from.
    func inverse(inputShape: [Int]) throws(InvalidNormalization) -> AffineMap {
        let map = try map(inputShape: inputShape)
        if let bad = map.scale.first(where: { $0 == 0 || !(1 / $0).isFinite }) {
            throw InvalidNormalization(name: "scale", expected: "numbers other than 0", found: "\(bad)")
        }
        return AffineMap(scale: map.scale.map { 1 / $0 }, offset: zip(map.offset, map.scale).map { -$0 / $1 })
    }

    /// What a batch is given by numbers as they are.
    static let identity = NormalizationValues(scale: [1], offset: [0])
}
