import Checkpoints
import Datasets
import Kernels
import Networks
import Optimization

/// A compiled network with its parameters, in plain and in packed form.
///
/// `@unchecked Sendable`: parameters are written by the trainer's update phase, by blocks, and read in other phases.
package final class Model: @unchecked Sendable {
    package let network: CompiledNetwork
    let parameters: AlignedBuffer
    let packed: PackedWeights
    let kernels: any KernelTable.Type

    /// A model with initial values made from a seed.
    init(network: CompiledNetwork, seed: UInt64, kernels: any KernelTable.Type) {
        self.network = network
        self.kernels = kernels
        parameters = AlignedBuffer(count: network.layout.bufferCount)
        packed = PackedWeights(layout: network.layout, kernels: kernels, includesBackward: true)
        network.initialize(parameters.pointer, seed: seed, kernels: kernels)
        packed.refreshAll(network.layout, from: parameters.pointer)
    }

    /// A model with the parameters of a checkpoint.
    ///
    /// - Parameters:
    ///   - path: where the checkpoint came from, for messages.
    ///   - isTrained: whether it will be trained, and not only compute outputs.
    /// - Throws: `TrainingError.incompatible` naming the tensor and both shapes.
    init(
        network: CompiledNetwork, checkpoint: Checkpoint, path: String, isTrained: Bool = true,
        kernels: any KernelTable.Type
    ) throws {
        self.network = network
        self.kernels = kernels
        parameters = AlignedBuffer(count: network.layout.bufferCount)
        packed = PackedWeights(layout: network.layout, kernels: kernels, includesBackward: isTrained)
        try network.layout.copy(checkpoint.parameters, into: parameters, path: path, what: "parameter")
        packed.refreshAll(network.layout, from: parameters.pointer)
    }

    /// A model on parameters that change elsewhere; `refresh` follows them.
    init(_ network: CompiledNetwork, parameters: AlignedBuffer, kernels: any KernelTable.Type) {
        self.network = network
        self.kernels = kernels
        self.parameters = parameters
        packed = PackedWeights(layout: network.layout, kernels: kernels, includesBackward: false)
    }

    /// Packs the parameters as they are now.
    func refresh() { packed.refreshAll(network.layout, from: parameters.pointer) }

    /// The network of a checkpoint with its parameters, or with their moving average if it has one, ready to compute
    /// outputs.
    ///
    /// - Parameter kinds: what the checkpoint's configuration may name.
    package convenience init(
        checkpoint: Checkpoint, path: String, kinds: ConfigurationKinds = .standard, kernels: any KernelTable.Type
    ) throws {
        let configuration = try Configuration(yaml: checkpoint.configuration, path: path, kinds: kinds)
        let network = try CompiledNetwork(
            network: configuration.network, loss: configuration.loss, inputShape: Shape(checkpoint.inputShape),
            targets: nil)
        try self.init(
            network: network, checkpoint: checkpoint.evaluated, path: path, isTrained: false, kernels: kernels)
    }

    /// What workers compute on.
    var shared: WorkerArena.Model { .init(parameters: parameters.pointer, packed: packed) }
}

extension Checkpoint {
    var hasMovingAverage: Bool { optimizerState[MovingAverage.stateName] != nil }

    /// Whether a moment, by its name, is all that is needed of the optimizer's state to evaluate.
    static func isEvaluated(_ moment: String) -> Bool { moment == MovingAverage.stateName }

    /// This checkpoint with the parameters that are evaluated: their moving average, if there is one.
    var evaluated: Checkpoint {
        var checkpoint = self
        if let average = optimizerState[MovingAverage.stateName] { checkpoint.parameters = average }
        return checkpoint
    }
}

extension ParameterLayout {
    /// The named tensors of a buffer of this layout.
    func lentTensors(of buffer: AlignedBuffer) -> [LentTensor] {
        parameters.map { parameter in
            LentTensor(
                name: parameter.name, shape: parameter.shape.dimensions,
                values: UnsafeBufferPointer(start: buffer.pointer + parameter.offset, count: parameter.count))
        }
    }

    /// Copies named tensors into a buffer of this layout.
    ///
    /// - Parameter what: what the tensors are, for messages.
    /// - Throws: `TrainingError.incompatible` that lists every tensor that is missing, too many, or of another shape;
    ///   the buffer is then as it was.
    func copy(_ tensors: [Checkpoint.Tensor], into buffer: AlignedBuffer, path: String, what: String) throws {
        try check(tensors, path: path, what: what)
        let byName = Dictionary(tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for parameter in parameters {
            (buffer.pointer + parameter.offset).update(from: byName[parameter.name]!.values, count: parameter.count)
        }
    }

    /// - Parameter what: what the tensors are, for messages.
    /// - Throws: `TrainingError.incompatible` that lists every tensor that is missing, too many, or of another shape.
    func check(_ tensors: [Checkpoint.Tensor], path: String, what: String) throws {
        let byName = Dictionary(tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var problems: [String] = []
        for parameter in parameters {
            let shape = byName[parameter.name]?.shape
            if shape != parameter.shape.dimensions {
                problems.append(
                    "\(parameter.name): expected \(parameter.shape), found \(shape.map { "\($0)" } ?? "none")")
            }
        }
        for extra in Set(byName.keys).subtracting(parameters.map(\.name)).sorted() {
            problems.append("\(extra): found \(byName[extra]!.shape), which the network has not")
        }
        guard problems.isEmpty else {
            throw TrainingError.incompatible(
                path: path, problem: "its \(what)s are not those of the network: \(problems.joined(separator: "; "))")
        }
    }
}

extension Dataset {
    /// What the loss of a network for this data set has to expect.
    ///
    /// - Throws: `TrainingError.incompatible` if there are no targets, only inputs to predict on.
    func targetSpecification() throws -> TargetSpecification {
        switch targetKind {
        case .classes(let count): return .classes(count: count)
        case .values(let width): return .values(width: width)
        case .unlabeled:
            throw TrainingError.incompatible(
                path: name, problem: "expected targets beside the inputs, found none: there is nothing to compare with")
        }
    }
}
