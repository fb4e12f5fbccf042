import Kernels
import Networks
import StrictCoding

/// The optimizer at work: moments of all parameters, their moving average, and the numbers of the current step.
///
/// `@unchecked Sendable`: `beginStep` and `finishPreparing` run between phases; in a phase workers call `prepare` and
/// `update` for disjoint ranges.
package final class RunningOptimizer: @unchecked Sendable {
    /// What is stored beside the parameters, laid out as they are, under the names that checkpoints have for it:
    /// moments, and the moving average.
    package let moments: [(name: String, values: AlignedBuffer)]
    /// The moving average of the parameters, if there is one.
    package let average: AlignedBuffer?

    private let rule: any AppliedRule
    private let momentum: Double
    private let movingAverage: MovingAverage?
    private let settings: [ParameterSettings]
    private let parameters: UnsafeMutablePointer<Float>
    /// Where the moments begin.
    private let momentStarts: UnsafeMutableBufferPointer<UnsafeMutablePointer<Float>>
    private let kernels: any KernelTable.Type
    private var averageDecay: Float = 0
    /// What a statistic keeps of its old value in each step; nil for parameters that are learned.
    private let statisticDecay: [Float?]
    private let norms: BlockNorms?

    /// - Parameters:
    ///   - settings: of each parameter.
    ///   - parameters: the buffer to update, with its initial values; must outlive the optimizer.
    package init(
        _ optimizer: any Optimizer, movingAverage: MovingAverage? = nil, settings: [ParameterSettings],
        network: CompiledNetwork, parameters: UnsafeMutablePointer<Float>, kernels: any KernelTable.Type
    ) {
        self.movingAverage = movingAverage
        self.settings = settings
        self.parameters = parameters
        self.kernels = kernels
        rule = optimizer.applied(to: settings)
        momentum = optimizer.momentum
        moments = optimizer.stateNames(with: movingAverage).map {
            ($0, AlignedBuffer(count: network.layout.bufferCount))
        }
        momentStarts = .allocate(capacity: moments.count)
        _ = momentStarts.initialize(from: moments.map { $0.values.pointer })
        average = movingAverage == nil ? nil : moments.last!.values
        statisticDecay = network.layout.parameters.map {
            if case .statistic(let share) = $0.role { Float(1 - share) } else { nil }
        }
        norms =
            optimizer.isLayerwise
            ? BlockNorms(
                network.blocks.filter {
                    !settings[$0.parameter].isFrozen && network.layout.parameters[$0.parameter].isLearned
                }, parameters: settings.count) : nil
        beginStep(0, learningRate: 0)
        average?.pointer.update(from: parameters, count: network.layout.bufferCount)
    }

    deinit { momentStarts.deallocate() }

    /// Sets the numbers of a step.
    ///
    /// - Parameters:
    ///   - step: counted from zero.
    ///   - averageStep: counted from the step with which the moving average began; nil for the first step of all.
    ///   - momentum: in the place of the optimizer's, which has one; nil for the optimizer's.
    package func beginStep(
        _ step: Int, ofAverage averageStep: Int? = nil, learningRate: Double, momentum: Double? = nil
    ) {
        averageDecay = Float(movingAverage?.decay(step: (averageStep ?? step) + 1) ?? 0)
        rule.beginStep(step + 1, learningRate: learningRate, momentum: momentum ?? self.momentum, settings)
    }

    // MARK: Ranges, on all workers at once

    /// Whether a parameter, by its index in the layout, stays as it is. Its gradient then counts in no norm.
    func isFrozen(_ parameter: Int) -> Bool { settings[parameter].isFrozen }

    /// Whether it has to see every block's gradient before it updates the first.
    var preparesBlocks: Bool { norms != nil }

    /// Looks at a block's gradient, and may put something else in its place.
    ///
    /// - Parameters:
    ///   - index: the block's place among the network's blocks that are learned and not frozen.
    ///   - gradient: `[block.range.count]`.
    ///   - gradientScale: what each gradient is to be multiplied by.
    func prepare(_ block: ParameterBlock, index: Int, gradient: UnsafeMutablePointer<Float>, gradientScale: Float) {
        rule.prepare(range(block.range, gradient, gradientScale), of: block.parameter)
        norms!.set(
            block: index, values: kernels.sumOfSquares(parameters + block.range.lowerBound, count: block.range.count),
            direction: kernels.sumOfSquares(gradient, count: block.range.count))
    }

    /// To be called by the leader when all blocks are prepared.
    func finishPreparing() { norms!.sum() }

    /// Updates parameters, moments and moving average.
    ///
    /// - Parameters:
    ///   - floats: which of the parameter buffer, all of one parameter.
    ///   - parameter: which one, by its index in the layout.
    ///   - gradient: the gradient of the first of them and on, or what `prepare` made of it: `[floats.count]`.
    ///   - gradientScale: what each gradient is to be multiplied by.
    func update(
        _ floats: Range<Int>, of parameter: Int, gradient: UnsafeMutablePointer<Float>, gradientScale: Float
    ) {
        let (values, count) = (parameters + floats.lowerBound, floats.count)
        if let decay = statisticDecay[parameter] {
            kernels.movingAverage(gradient, into: values, count: count, decay: decay)
        } else {
            rule.update(range(floats, gradient, gradientScale), of: parameter, norms: norms?.of(parameter))
        }
        if let average {
            kernels.movingAverage(values, into: average.pointer + floats.lowerBound, count: count, decay: averageDecay)
        }
    }

    private func range(
        _ floats: Range<Int>, _ gradient: UnsafeMutablePointer<Float>, _ gradientScale: Float
    ) -> ParameterRange {
        ParameterRange(
            count: floats.count, parameters: parameters + floats.lowerBound, gradient: gradient,
            gradientScale: gradientScale, moments: UnsafePointer(momentStarts.baseAddress!), offset: floats.lowerBound,
            kernels: kernels)
    }
}

extension Optimizer {
    /// What checkpoints keep beside the parameters: the optimizer's moments, and the moving average last.
    package func stateNames(with movingAverage: MovingAverage?) -> [String] {
        momentNames + (movingAverage == nil ? [] : [MovingAverage.stateName])
    }

    fileprivate func applied(to settings: [ParameterSettings]) -> any AppliedRule { Applied(self, settings) }
}

/// An optimizer, whichever it is, with its numbers of the current step for each parameter.
private protocol AppliedRule: AnyObject {
    /// - Parameter count: steps that were taken, with this one.
    func beginStep(_ count: Int, learningRate: Double, momentum: Double, _ settings: [ParameterSettings])
    func prepare(_ range: ParameterRange, of parameter: Int)
    func update(_ range: ParameterRange, of parameter: Int, norms: TensorNorms?)
}

private final class Applied<Rule: Optimizer>: AppliedRule {
    private let rule: Rule
    /// What the ranges of a parameter share in a step, by parameter. No array: of a type that is not known here it
    /// costs hundreds of instructions a step.
    private let steps: UnsafeMutableBufferPointer<Rule.Step>

    init(_ rule: Rule, _ settings: [ParameterSettings]) {
        self.rule = rule
        steps = .allocate(capacity: settings.count)
        for index in settings.indices {
            steps.initializeElement(
                at: index, to: Self.step(rule, 1, learningRate: 0, momentum: rule.momentum, settings[index]))
        }
    }

    deinit {
        steps.deinitialize()
        steps.deallocate()
    }

    private static func step(
        _ rule: Rule, _ count: Int, learningRate: Double, momentum: Double, _ parameter: ParameterSettings
    ) -> Rule.Step {
        rule.step(
            StepNumbers(
                count: count, learningRate: learningRate * parameter.learningRateFactor, momentum: momentum,
                weightDecay: parameter.weightDecay, isLayerwise: parameter.isLayerwise))
    }

    func beginStep(_ count: Int, learningRate: Double, momentum: Double, _ settings: [ParameterSettings]) {
        // By index: an unoptimized build allocates for each element of such an array that it iterates over.
        for index in settings.indices {
            steps[index] = Self.step(rule, count, learningRate: learningRate, momentum: momentum, settings[index])
        }
    }

    func prepare(_ range: ParameterRange, of parameter: Int) { rule.prepare(range, steps[parameter]) }

    func update(_ range: ParameterRange, of parameter: Int, norms: TensorNorms?) {
        rule.update(range, steps[parameter], norms: norms)
    }
}
