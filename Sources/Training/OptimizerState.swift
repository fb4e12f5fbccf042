import Kernels
import Networks
import Parallel

/// The optimizer at work: moments of all parameters, and the numbers of the current step.
///
/// `@unchecked Sendable`: `beginStep` runs between phases; in a phase workers call `update` for disjoint ranges.
final class OptimizerState: BlockOptimizer, @unchecked Sendable {
    /// A moment's name, as checkpoints call it, with its values laid out as the parameters.
    let moments: [(name: String, values: AlignedBuffer)]

    private enum Step {
        case sgd(SGDStep)
        case adam(AdamStep)
    }

    private let optimizer: Optimizer
    private let parameters: UnsafeMutablePointer<Float>
    private let kernels: any KernelTable.Type
    private var current: Step

    /// - Parameter parameters: the buffer to update; must outlive the state.
    init(
        _ optimizer: Optimizer, layout: ParameterLayout, parameters: UnsafeMutablePointer<Float>,
        kernels: any KernelTable.Type
    ) {
        self.optimizer = optimizer
        self.parameters = parameters
        self.kernels = kernels
        moments = optimizer.momentNames.map { ($0, AlignedBuffer(count: layout.bufferCount)) }
        current = Self.step(optimizer, number: 0, learningRate: 0)
    }

    /// Sets the numbers of a step.
    ///
    /// - Parameter step: counted from zero.
    func beginStep(_ step: Int, learningRate: Double) {
        current = Self.step(optimizer, number: step + 1, learningRate: learningRate)
    }

    func update(_ range: Range<Int>, gradient: UnsafePointer<Float>, gradientScale: Float) {
        let first = range.lowerBound
        switch current {
        case .sgd(var step):
            step.gradientScale = gradientScale
            kernels.sgd(
                parameters: parameters + first, gradient: gradient,
                velocity: moments.isEmpty ? nil : moments[0].values.pointer + first, count: range.count, step: step)
        case .adam(var step):
            step.gradientScale = gradientScale
            kernels.adam(
                parameters: parameters + first, gradient: gradient, firstMoment: moments[0].values.pointer + first,
                secondMoment: moments[1].values.pointer + first, count: range.count, step: step)
        }
    }

    /// - Parameter number: the number of the step for Adam's bias correction, counted from one.
    private static func step(_ optimizer: Optimizer, number: Int, learningRate: Double) -> Step {
        func adamStep(_ adam: Optimizer.Adam, decoupled: Bool) -> Step {
            .adam(
                AdamStep(
                    learningRate: Float(learningRate), beta1: Float(adam.beta1), beta2: Float(adam.beta2),
                    epsilon: Float(adam.epsilon), weightDecay: Float(adam.weightDecay), gradientScale: 1,
                    biasCorrection1: Float(1 - PortableMath.power(adam.beta1, number)),
                    biasCorrection2: Float(1 - PortableMath.power(adam.beta2, number)), decoupled: decoupled))
        }
        switch optimizer {
        case .sgd(let sgd):
            return .sgd(
                SGDStep(
                    learningRate: Float(learningRate), momentum: Float(sgd.momentum),
                    weightDecay: Float(sgd.weightDecay), gradientScale: 1, nesterov: sgd.nesterov))
        case .adam(let adam): return adamStep(adam, decoupled: false)
        case .adamW(let adam): return adamStep(adam, decoupled: true)
        }
    }
}

extension Optimizer {
    /// What checkpoints call the moments it keeps, in alphabetical order.
    var momentNames: [String] {
        switch self {
        case .sgd(let sgd): sgd.momentum > 0 ? ["momentum"] : []
        case .adam, .adamW: ["firstMoment", "secondMoment"]
        }
    }
}
