import Kernels

/// The affine map that every input passes on its way into a batch: y = x · scale + offset, feature by feature.
public final class Normalization: Sendable, Equatable {
    /// One factor and one summand for each feature, as the gather kernels take them.
    let scales: AlignedBuffer
    let offsets: AlignedBuffer

    /// One number each for all features, or one for each.
    init(features: Int, scale: [Float], offset: [Float]) {
        precondition([1, features].contains(scale.count) && [1, features].contains(offset.count))
        scales = AlignedBuffer(count: features)
        offsets = AlignedBuffer(count: features)
        for feature in 0..<features {
            scales.pointer[feature] = scale[scale.count == 1 ? 0 : feature]
            offsets.pointer[feature] = offset[offset.count == 1 ? 0 : feature]
        }
    }

    /// The factor of each feature.
    public var scale: [Float] { Array(UnsafeBufferPointer(start: scales.pointer, count: scales.count)) }
    /// The summand of each feature.
    public var offset: [Float] { Array(UnsafeBufferPointer(start: offsets.pointer, count: offsets.count)) }

    /// The same as few numbers: one, one for each position of the last axis, or one for each feature.
    public func values(inputShape: [Int]) -> NormalizationValues {
        func few(_ values: [Float]) -> [Double] {
            for count in [1, inputShape.last ?? 1]
            where values.indices.allSatisfy({ values[$0].bitPattern == values[$0 % count].bitPattern }) {
                return values.prefix(count).map(Double.init)
            }
            return values.map(Double.init)
        }
        return NormalizationValues(scale: few(scale), offset: few(offset))
    }

    /// Leaves inputs as they are.
    public static func identity(features: Int) -> Normalization {
        Normalization(features: features, scale: [1], offset: [0])
    }

    /// Bytes to 0 ... 1: x · (1 / 255), the default for uint8.
    public static func bytes(features: Int) -> Normalization {
        Normalization(features: features, scale: [1 / 255], offset: [0])
    }

    public static func == (a: Normalization, b: Normalization) -> Bool {
        a.scale.elementsEqual(b.scale) && a.offset.elementsEqual(b.offset)
    }
}

/// Normalization as attributes or a configuration give it: `scale` and `offset`, or `mean` and `standardDeviation`.
///
/// Each holds one number for all features, one for each position of the last axis (channels), or one for each feature.
public struct NormalizationValues: Equatable, Sendable {
    public var scale: [Double]?
    public var offset: [Double]?
    public var mean: [Double]?
    public var standardDeviation: [Double]?

    public init(scale: [Double]? = nil, offset: [Double]? = nil) {
        self.scale = scale
        self.offset = offset
    }

    public init(mean: [Double], standardDeviation: [Double]) {
        self.mean = mean
        self.standardDeviation = standardDeviation
    }

    var isEmpty: Bool { scale == nil && offset == nil && mean == nil && standardDeviation == nil }

    /// The map for inputs of a shape. Means are folded in Double: scale = 1 / deviation, offset = −mean / deviation.
    ///
    /// Throws a text that says which value is wrong.
    func resolved(inputShape: [Int]) throws(InvalidNormalization) -> Normalization {
        if (scale != nil || offset != nil) && (mean != nil || standardDeviation != nil) {
            throw InvalidNormalization(
                name: "scale", expected: "scale and offset, or mean and standard deviation", found: "both")
        }
        let features = inputShape.reduce(1, *)
        let scale = try expand(scale, "scale", inputShape) ?? [1]
        let offset = try expand(offset, "offset", inputShape) ?? [0]
        guard mean != nil || standardDeviation != nil else {
            return Normalization(features: features, scale: scale.map { Float($0) }, offset: offset.map { Float($0) })
        }
        let mean = try expand(mean, "mean", inputShape) ?? [0]
        let deviation = try expand(standardDeviation, "standard deviation", inputShape) ?? [1]
        if let bad = deviation.first(where: { $0 <= 0 }) {
            throw InvalidNormalization(name: "standard deviation", expected: "positive numbers", found: "\(bad)")
        }
        let count = max(mean.count, deviation.count)
        func at(_ values: [Double], _ index: Int) -> Double { values[values.count == 1 ? 0 : index] }
        return Normalization(
            features: features, scale: deviation.map { Float(1 / $0) },
            offset: (0..<count).map { Float(-at(mean, $0) / at(deviation, $0)) })
    }

    /// One number, or one for each feature; nil for nil.
    private func expand(
        _ values: [Double]?, _ name: String, _ inputShape: [Int]
    ) throws(InvalidNormalization) -> [Double]? {
        guard let values else { return nil }
        if let bad = values.first(where: { !$0.isFinite || !Float($0).isFinite }) {
            throw InvalidNormalization(name: name, expected: "finite numbers", found: "\(bad)")
        }
        let features = inputShape.reduce(1, *)
        let channels = inputShape.last ?? 1
        switch values.count {
        case 1, features: return values
        case channels: return (0..<features).map { values[$0 % channels] }
        default:
            throw InvalidNormalization(
                name: name,
                expected:
                    "1 number, \(channels) (last axis) or \(features) (features) for inputs of shape \(inputShape)",
                found: "\(values.count)")
        }
    }
}

/// Which part of a normalization is wrong, and how.
struct InvalidNormalization: Error {
    let name: String
    let expected: String
    let found: String
}
