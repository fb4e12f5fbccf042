import Lockstep

/// Parameters and velocities, changed by SGD with momentum: what both contestants train.
///
/// `@unchecked Sendable`: in a phase workers call `update` for disjoint ranges; all else is the leader's, between phases.
final class TrainingState: BlockOptimizer, @unchecked Sendable {
    /// After the first step from `restart`, the gradient.
    let velocity: AlignedBuffer
    private let network: CompiledNetwork
    private let seed: UInt64
    private let sgd: SGDStep
    private let parameters: AlignedBuffer
    private let packed: PackedWeights
    private let kernels: any KernelTable.Type

    init(_ sgd: Optimizer.SGD, network: CompiledNetwork, seed: UInt64, kernels: any KernelTable.Type) {
        self.network = network
        self.seed = seed
        self.kernels = kernels
        self.sgd = SGDStep(
            learningRate: Float(sgd.learningRate), momentum: Float(sgd.momentum), weightDecay: Float(sgd.weightDecay),
            nesterov: sgd.nesterov)
        velocity = AlignedBuffer(count: network.layout.bufferCount)
        parameters = AlignedBuffer(count: network.layout.bufferCount)
        packed = PackedWeights(layout: network.layout, kernels: kernels, includesBackward: true)
        restart()
    }

    /// What workers compute on.
    var model: WorkerArena.Model { .init(parameters: parameters.pointer, packed: packed) }

    /// Goes back to the initial values.
    func restart() {
        velocity.pointer.update(repeating: 0, count: velocity.count)
        network.initialize(parameters.pointer, seed: seed, kernels: kernels)
        packed.refreshAll(network.layout, from: parameters.pointer)
    }

    func update(_ range: Range<Int>, of parameter: Int, gradient: UnsafePointer<Float>, gradientScale: Float) {
        var step = sgd
        step.gradientScale = gradientScale
        kernels.sgd(
            parameters: parameters.pointer + range.lowerBound, gradient: gradient,
            velocity: velocity.pointer + range.lowerBound, count: range.count, step: step)
    }
}
