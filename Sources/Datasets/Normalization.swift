import Kernels

/// The affine map that every input passes on its way into a batch, feature by feature: y = x · scale + offset, or,
/// where rounding would take what matters of large numbers, y = (x − center) · scale + offset.
///
/// A product with an offset of more than `mostOffset` differs from the exact one by more than 2⁻²⁴ of that, several
/// millionths of a standard deviation. Such features have a center, which is subtracted first: in Double, from numbers
/// that Float32 does not hold (`CenteredSource`), else in Float32. The difference is rounded once either way, so both
/// give the same bits. Features that need no center have the bits they have without one.
package final class Normalization: Sendable, Equatable {
    /// One factor and one summand for each feature, as the gather kernels take them.
    let scales: AlignedBuffer
    let offsets: AlignedBuffer
    /// The numbers it was made of.
    package let source: NormalizationValues
    /// What is subtracted first; nil where nothing is.
    let centering: Centering?

    /// Standard deviations between the mean and zero up to which nothing is subtracted first.
    static let mostOffset = 64.0

    /// Centers as the gather kernels subtract them: x · 1 + (−center).
    struct Centering: Sendable {
        let ones: AlignedBuffer
        let negated: AlignedBuffer

        func center(_ feature: Int) -> Float { -negated.pointer[feature] }
    }

    /// One number each for all features, or one for each.
    ///
    /// - Parameter source: what these come from; nil if from nothing else.
    init(
        features: Int, scale: [Float], offset: [Float], centers: [Float] = [0], source: NormalizationValues? = nil
    ) {
        self.source =
            source ?? NormalizationValues(scale: scale.map(Double.init), offset: offset.map(Double.init))
        precondition([1, features].contains(scale.count) && [1, features].contains(offset.count))
        precondition([1, features].contains(centers.count))
        scales = Self.expanded(scale, features)
        offsets = Self.expanded(offset, features)
        centering =
            centers.contains { $0 != 0 }
            ? Centering(ones: Self.expanded([1], features), negated: Self.expanded(centers.map { -$0 }, features))
            : nil
    }

    private static func expanded(_ values: [Float], _ features: Int) -> AlignedBuffer {
        let buffer = AlignedBuffer(count: features)
        for feature in 0..<features { buffer.pointer[feature] = values[values.count == 1 ? 0 : feature] }
        return buffer
    }

    /// Makes a normalization of inputs whose centers are subtracted already.
    private init(centered other: Normalization) {
        (scales, offsets, source, centering) = (other.scales, other.offsets, other.source, nil)
    }

    var withoutCenters: Normalization { Normalization(centered: self) }

    /// The factor of each feature.
    package var scale: [Float] { Array(UnsafeBufferPointer(start: scales.pointer, count: scales.count)) }
    /// The summand of each feature.
    package var offset: [Float] { Array(UnsafeBufferPointer(start: offsets.pointer, count: offsets.count)) }
    /// What is subtracted of each feature first.
    package var center: [Float] {
        guard let centering else { return [Float](repeating: 0, count: scales.count) }
        return (0..<scales.count).map(centering.center)
    }

    /// The normalization as few numbers: one, one for each position of the last axis, or one for each feature.
    package func values(inputShape: [Int]) -> NormalizationValues {
        if centering != nil { return source }
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
    package static func identity(features: Int) -> Normalization {
        Normalization(features: features, scale: [1], offset: [0])
    }

    /// Bytes to 0 ... 1: x · (1 / 255), the default for uint8.
    package static func bytes(features: Int) -> Normalization {
        Normalization(features: features, scale: [1 / 255], offset: [0])
    }

    package static func == (a: Normalization, b: Normalization) -> Bool {
        a.scale.elementsEqual(b.scale) && a.offset.elementsEqual(b.offset) && a.center.elementsEqual(b.center)
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

    /// The map for inputs of a shape. Means are folded in Double: scale = 1 / deviation, offset = −mean / deviation;
    /// where that is large, the mean becomes the center, and the offset what its rounding leaves.
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
            let count = max(scale.count, offset.count)
            let centers = (0..<count).map { center(-at(offset, $0) / at(scale, $0), offset: at(offset, $0)) }
            return Normalization(
                features: features, scale: scale.map { Float($0) },
                offset: centers.indices.map { Float(at(offset, $0) + Double(centers[$0]) * at(scale, $0)) },
                centers: centers, source: self)
        }
        let mean = try expand(mean, "mean", inputShape) ?? [0]
        let deviation = try expand(standardDeviation, "standard deviation", inputShape) ?? [1]
        if let bad = deviation.first(where: { $0 <= 0 }) {
            throw InvalidNormalization(name: "standard deviation", expected: "positive numbers", found: "\(bad)")
        }
        let count = max(mean.count, deviation.count)
        let centers = (0..<count).map { center(at(mean, $0), offset: -at(mean, $0) / at(deviation, $0)) }
        return Normalization(
            features: features, scale: deviation.map { Float(1 / $0) },
            offset: centers.indices.map { Float(-(at(mean, $0) - Double(centers[$0])) / at(deviation, $0)) },
            centers: centers, source: self)
    }

    private func at(_ values: [Double], _ index: Int) -> Double { values[values.count == 1 ? 0 : index] }

    /// The number to subtract first of a feature, or 0 for none.
    private func center(_ center: Double, offset: Double) -> Float {
        guard abs(offset) > Normalization.mostOffset, Float(center).isFinite else { return 0 }
        return Float(center)
    }

    /// Numbers for each feature of one number, or of one for each; nil for nil.
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
