import Kernels
import StrictCoding

/// How gradients change parameters: the numbers that a configuration gives, and the arithmetic of one step.
///
///     configuration.optimizer = .adamW(.init(learningRate: 0.001))
///
/// Conventions, order of operations and defaults are PyTorch's. An optimizer sees ranges of one parameter at a time, on
/// several threads at once, and knows nothing of workers: the bits of a step may depend on nothing but what it is
/// handed.
public protocol Optimizer: Sendable, Equatable, Codable {
    /// What configurations call it.
    static var name: String { get }
    /// The optimizer's numbers where a configuration gives none; nil where one has to.
    static var standard: Self? { get }

    /// The learning rate that a schedule varies.
    var learningRate: Double { get }
    /// The share of the mean of gradients that a step keeps: beta1, for Adam and its kin. 0 where there is none.
    var momentum: Double { get }
    /// The weight decay of parameters that no group gives another.
    var weightDecay: Double { get }
    /// What checkpoints call the moments it keeps, each of the size of all parameters, in alphabetical order.
    var momentNames: [String] { get }
    /// Whether it looks at the norms of whole tensors before it moves them.
    var isLayerwise: Bool { get }

    /// - Throws: `InvalidSetting` that names the number, what was expected and what was found.
    func check() throws(InvalidSetting)

    /// The numbers of one step for one parameter, as `prepare` and `update` take them.
    associatedtype Step: Sendable

    /// Works out the numbers that all ranges of a parameter share: once a step.
    func step(_ numbers: StepNumbers) -> Step

    /// Puts the direction in which parameters are to go in the place of their gradients, and moves the moments, before
    /// norms are taken of it. Only called if `isLayerwise`.
    func prepare(_ range: ParameterRange, _ step: Step)

    /// Changes parameters and moments by their gradients, or by the direction that `prepare` left in their place.
    ///
    /// - Parameter norms: of the whole tensor; nil unless `isLayerwise`.
    func update(_ range: ParameterRange, _ step: Step, norms: TensorNorms?)
}

extension Optimizer {
    public static var standard: Self? { nil }
    public var momentum: Double { 0 }
    public var isLayerwise: Bool { false }
    public func prepare(_ range: ParameterRange, _ step: Step) {}

    /// What configurations call it.
    public var name: String { Self.name }

    public func isEqual(to other: any Optimizer) -> Bool { (other as? Self) == self }
}

/// What decides a step of one parameter.
public struct StepNumbers: Sendable {
    /// Steps that were taken, with this one.
    public let count: Int
    /// The learning rate with schedule, scaling and parameter group.
    public let learningRate: Double
    /// The optimizer's, or the schedule's in its place.
    public let momentum: Double
    /// The optimizer's, or the parameter group's in its place.
    public let weightDecay: Double
    /// Whether the learning rate of this parameter follows its norms, in an optimizer that does so.
    public let isLayerwise: Bool
}

/// The norms of a whole tensor: of its parameters, and of the direction in which they are to go.
public struct TensorNorms: Sendable {
    public let values: Double
    public let direction: Double
}

/// A range of one parameter in memory, with all that belongs to it: arrays of `count` floats.
public struct ParameterRange {
    public let count: Int
    public let parameters: UnsafeMutablePointer<Float>
    /// Summed over the batch; what is in it after an update is of no use to anybody.
    public let gradient: UnsafeMutablePointer<Float>
    /// What each gradient is to be multiplied by: 1, unless gradients are clipped by a norm.
    public let gradientScale: Float
    let moments: UnsafePointer<UnsafeMutablePointer<Float>>
    let offset: Int
    public let kernels: any KernelTable.Type

    /// - Parameter index: place of its name in `momentNames`.
    public func moment(_ index: Int) -> UnsafeMutablePointer<Float> { moments[index] + offset }
}

// MARK: Checks

extension Optimizer {
    func expect(_ valid: Bool, _ field: String, _ expected: String, _ found: Any) throws(InvalidSetting) {
        guard valid else { throw InvalidSetting("optimizer.\(name).\(field)", expected: expected, found: found) }
    }

    func expectPositive(_ value: Double, _ field: String) throws(InvalidSetting) {
        try expect(value > 0 && value.isFinite, field, "a positive number", value)
        try expect(value.isInRangeOfFloat, field, Double.rangeOfFloat, value)
    }

    func expectShare(_ value: Double, _ field: String) throws(InvalidSetting) {
        try expect((0..<1).contains(value), field, "a number in 0 ..< 1", value)
        try expect(value.isBelowOneAsFloat, field, Double.belowOneAsFloat, value)
    }

    /// The numbers that all have.
    func checkRateAndDecay() throws(InvalidSetting) {
        try expectPositive(learningRate, "learningRate")
        try expect(weightDecay >= 0 && weightDecay.isFinite, "weightDecay", "0 or a positive number", weightDecay)
        try expect(
            weightDecay == 0 || weightDecay.isInRangeOfFloat, "weightDecay", Double.rangeOfFloat, weightDecay)
    }
}

/// Kernels compute in Float: what is a sensible number as a Double may be none there.
extension Double {
    /// Whether it is neither 0 nor infinite as a Float.
    public var isInRangeOfFloat: Bool { Float(self).isNormal }
    public static let rangeOfFloat = "a number that a Float holds, 1.2e-38 ... 3.4e38"

    /// Whether it is not 1 as a Float: a mean that keeps all of itself never hears of what it is a mean of.
    public var isBelowOneAsFloat: Bool { Float(self) < 1 }
    public static let belowOneAsFloat = "at most 0.9999999, since a Float holds nothing between that and 1"
}
