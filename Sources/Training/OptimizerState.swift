import Kernels
import Networks
import Parallel

/// The optimizer at work: moments of all parameters, their moving average, and the numbers of the current step.
///
/// `@unchecked Sendable`: `beginStep` and `finishPreparing` run between phases; in a phase workers call `prepare` and
/// `update` for disjoint blocks.
final class OptimizerState: BlockOptimizer, @unchecked Sendable {
    /// What is stored beside the parameters, laid out as they are, under the names that checkpoints have for it:
    /// moments, and the moving average.
    let moments: [(name: String, values: AlignedBuffer)]
    /// The moving average of the parameters, if there is one.
    let average: AlignedBuffer?

    /// The numbers with which a parameter takes the step.
    private enum Step {
        case sgd(SGDStep)
        case adam(AdamStep)
        case lars(SGDStep)
        case lamb(AdamStep)
        /// Of a statistic: what of its old value it keeps.
        case statistic(decay: Float)
    }

    private let optimizer: Optimizer
    private let movingAverage: MovingAverage?
    private let settings: [ParameterSettings]
    private let parameters: UnsafeMutablePointer<Float>
    private let kernels: any KernelTable.Type
    private var averageDecay: Float = 0
    private let roles: [Parameter.Role]
    /// By parameter.
    private var steps: [Step]
    private let hasMomentum: Bool
    /// For LARS and LAMB.
    private let norms: BlockNorms?

    /// - Parameters:
    ///   - settings: of each parameter.
    ///   - parameters: the buffer to update, with its initial values; must outlive the state.
    init(
        _ optimizer: Optimizer, movingAverage: MovingAverage? = nil, settings: [ParameterSettings],
        network: CompiledNetwork, parameters: UnsafeMutablePointer<Float>, kernels: any KernelTable.Type
    ) {
        self.optimizer = optimizer
        self.movingAverage = movingAverage
        self.settings = settings
        self.parameters = parameters
        self.kernels = kernels
        roles = network.layout.parameters.map(\.role)
        let names = Configuration.stateNames(optimizer, movingAverage)
        moments = names.map { ($0, AlignedBuffer(count: network.layout.bufferCount)) }
        average = movingAverage == nil ? nil : moments.last!.values
        hasMomentum = !optimizer.momentNames.isEmpty
        norms =
            optimizer.isLayerwise
            ? BlockNorms(
                network.blocks.filter {
                    !settings[$0.parameter].isFrozen && network.layout.parameters[$0.parameter].isLearned
                }, parameters: settings.count) : nil
        steps = Array(repeating: .sgd(SGDStep(learningRate: 0)), count: settings.count)
        beginStep(0, learningRate: 0)
        average?.pointer.update(from: parameters, count: network.layout.bufferCount)
    }

    /// Sets the numbers of a step.
    ///
    /// - Parameters:
    ///   - step: counted from zero.
    ///   - averageStep: counted from the step with which the moving average began; nil for the first step of all.
    ///   - momentum: in the place of the optimizer's, which has one; nil for the optimizer's.
    func beginStep(_ step: Int, ofAverage averageStep: Int? = nil, learningRate: Double, momentum: Double? = nil) {
        averageDecay = Float(movingAverage?.decay(step: (averageStep ?? step) + 1) ?? 0)
        let momentum = momentum ?? optimizer.momentum
        let corrections = optimizer.biasCorrections(step: step + 1, momentum: momentum)
        for parameter in settings.indices {
            if case .statistic(let share) = roles[parameter] {
                steps[parameter] = .statistic(decay: Float(1 - share))
            } else {
                steps[parameter] = self.step(
                    settings[parameter], learningRate: learningRate, momentum: Float(momentum), corrections)
            }
        }
    }

    private func step(
        _ settings: ParameterSettings, learningRate: Double, momentum: Float, _ corrections: (Double, Double)
    ) -> Step {
        let rate = Float(learningRate * settings.learningRateFactor)
        let decay = Float(settings.weightDecay)
        func adamStep(_ adam: Optimizer.Adam, decoupled: Bool = false) -> AdamStep {
            AdamStep(
                learningRate: rate, beta1: momentum, beta2: Float(adam.beta2), epsilon: Float(adam.epsilon),
                weightDecay: decay, biasCorrection1: Float(corrections.0), biasCorrection2: Float(corrections.1),
                decoupled: decoupled)
        }
        switch optimizer {
        case .sgd(let sgd):
            return .sgd(
                SGDStep(learningRate: rate, momentum: momentum, weightDecay: decay, nesterov: sgd.nesterov))
        case .adam(let adam): return .adam(adamStep(adam))
        case .adamW(let adam): return .adam(adamStep(adam, decoupled: true))
        case .lars(let lars):
            return .lars(
                SGDStep(learningRate: rate, momentum: momentum, weightDecay: decay, nesterov: lars.nesterov))
        case .lamb(let adam): return .lamb(adamStep(adam))
        }
    }

    // MARK: Blocks

    func isFrozen(_ parameter: Int) -> Bool { settings[parameter].isFrozen }

    var preparesBlocks: Bool { norms != nil }

    func prepare(_ block: ParameterBlock, index: Int, gradient: UnsafeMutablePointer<Float>, gradientScale: Float) {
        let (values, count) = (parameters + block.range.lowerBound, block.range.count)
        if case .lamb(var step) = steps[block.parameter] {
            step.gradientScale = gradientScale
            kernels.lambDirection(
                parameters: values, gradient: gradient,
                firstMoment: moments[0].values.pointer + block.range.lowerBound,
                secondMoment: moments[1].values.pointer + block.range.lowerBound, count: count, step: step)
        }
        norms!.set(
            block: index, values: kernels.sumOfSquares(values, count: count),
            direction: kernels.sumOfSquares(gradient, count: count))
    }

    func finishPreparing() { norms!.sum() }

    func update(_ range: Range<Int>, of parameter: Int, gradient: UnsafePointer<Float>, gradientScale: Float) {
        let (first, count) = (range.lowerBound, range.count)
        func moment(_ index: Int) -> UnsafeMutablePointer<Float> { moments[index].values.pointer + first }
        switch steps[parameter] {
        case .sgd(var step):
            step.gradientScale = gradientScale
            kernels.sgd(
                parameters: parameters + first, gradient: gradient,
                velocity: hasMomentum ? moment(0) : nil, count: count, step: step)
        case .adam(var step):
            step.gradientScale = gradientScale
            kernels.adam(
                parameters: parameters + first, gradient: gradient, firstMoment: moment(0), secondMoment: moment(1),
                count: count, step: step)
        case .lars(let step):
            kernels.sgd(
                parameters: parameters + first, gradient: gradient,
                velocity: hasMomentum ? moment(0) : nil, count: count,
                step: larsStep(step, parameter, gradientScale))
        case .lamb(let step):
            // The gradient is the direction by now.
            let rate = step.learningRate * lambRatio(parameter)
            kernels.sgd(
                parameters: parameters + first, gradient: gradient, velocity: nil, count: count,
                step: SGDStep(learningRate: rate))
        case .statistic(let decay):
            kernels.movingAverage(gradient, into: parameters + first, count: count, decay: decay)
        }
        if let average {
            kernels.movingAverage(parameters + first, into: average.pointer + first, count: count, decay: averageDecay)
        }
    }

    /// SGD whose velocity has the learning rate in it, as LARS wants it: momentum then carries the rates of the past.
    private func larsStep(_ step: SGDStep, _ parameter: Int, _ gradientScale: Float) -> SGDStep {
        guard case .lars(let lars) = optimizer else { return step }
        var rate = step.learningRate
        let (values, direction) = norms!.of(parameter)
        if settings[parameter].isLayerwise, values > 0, direction > 0 {
            let gradient = direction * Double(gradientScale)
            rate *= Float(lars.trustCoefficient * values / (gradient + settings[parameter].weightDecay * values))
        }
        return SGDStep(
            learningRate: 1, momentum: step.momentum, weightDecay: rate * step.weightDecay,
            gradientScale: rate * gradientScale, nesterov: step.nesterov)
    }

    private func lambRatio(_ parameter: Int) -> Float {
        let (values, direction) = norms!.of(parameter)
        return settings[parameter].isLayerwise && values > 0 && direction > 0 ? Float(values / direction) : 1
    }
}

extension Configuration {
    /// What checkpoints keep beside the parameters: the optimizer's moments, and the moving average last.
    var stateNames: [String] { Self.stateNames(optimizer, movingAverage) }

    fileprivate static func stateNames(_ optimizer: Optimizer, _ movingAverage: MovingAverage?) -> [String] {
        optimizer.momentNames + (movingAverage == nil ? [] : [MovingAverage.stateName])
    }
}

extension Optimizer {
    /// What checkpoints call the moments it keeps, in alphabetical order.
    public var momentNames: [String] {
        switch self {
        case .sgd(let sgd): sgd.momentum > 0 ? ["momentum"] : []
        case .lars(let lars): lars.momentum > 0 ? ["momentum"] : []
        case .adam, .adamW, .lamb: ["firstMoment", "secondMoment"]
        }
    }

    /// 1 - beta1ᵗ and 1 - beta2ᵗ.
    ///
    /// - Parameters:
    ///   - step: t, counted from one.
    ///   - momentum: the beta1 of the step. PyTorch takes it for that of all steps before, too, and so do we.
    fileprivate func biasCorrections(step: Int, momentum: Double) -> (Double, Double) {
        switch self {
        case .adam(let adam), .adamW(let adam), .lamb(let adam):
            (1 - PortableMath.power(momentum, step), 1 - PortableMath.power(adam.beta2, step))
        case .sgd, .lars: (1, 1)
        }
    }
}
