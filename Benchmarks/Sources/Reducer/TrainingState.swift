import Kernels
import Networks
import Optimization
import Training

/// Parameters and velocities, changed by SGD with momentum: what both contestants train.
final class TrainingState {
    let optimizer: RunningOptimizer
    private let network: CompiledNetwork
    private let seed: UInt64
    private let parameters: AlignedBuffer
    private let packed: PackedWeights
    private let kernels: any KernelTable.Type

    /// - Parameter sgd: has a momentum.
    init(_ sgd: SGD, network: CompiledNetwork, seed: UInt64, kernels: any KernelTable.Type) {
        self.network = network
        self.seed = seed
        self.kernels = kernels
        parameters = AlignedBuffer(count: network.layout.bufferCount)
        packed = PackedWeights(layout: network.layout, kernels: kernels, includesBackward: true)
        optimizer = RunningOptimizer(
            sgd,
            settings: network.layout.parameters.map { _ in
                ParameterSettings(weightDecay: sgd.weightDecay, isLayerwise: false)
            },
            network: network, parameters: parameters.pointer, kernels: kernels)
        optimizer.beginStep(0, learningRate: sgd.learningRate)
        restart()
    }

    /// What workers compute on.
    var model: WorkerArena.Model { .init(parameters: parameters.pointer, packed: packed) }

    /// After the first step from `restart`, the gradient.
    var velocity: AlignedBuffer { optimizer.moments[0].values }

    /// Goes back to the initial values.
    func restart() {
        velocity.zero()
        network.initialize(parameters.pointer, seed: seed, kernels: kernels)
        packed.refreshAll(network.layout, from: parameters.pointer)
    }
}
