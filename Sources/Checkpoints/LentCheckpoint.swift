import Kernels

/// A tensor whose values stay where they are while it is written, in row-major order.
package struct LentTensor {
    /// Layer and tensor, such as `linear1/weight`.
    package let name: String
    package let shape: [Int]
    package let values: UnsafeBufferPointer<Float>

    package init(name: String, shape: [Int], values: UnsafeBufferPointer<Float>) {
        let count = shape.contains(0) ? 0 : shape.reduce(1, *)
        precondition(values.count == count, "\(name): \(values.count) values do not have the shape \(shape)")
        self.name = name
        self.shape = shape
        self.values = values
    }
}

/// A checkpoint to be written whose tensors stay where they are, so that a large state is not copied once more.
package struct LentCheckpoint {
    /// Everything but tensors; it has none.
    package let constants: Checkpoint
    /// The parameters, in the order of the network's layers.
    package let parameters: [LentTensor]
    /// The state of the optimizer by moment: tensors named and shaped as the parameters.
    package let optimizerState: [String: [LentTensor]]

    package init(_ constants: Checkpoint, parameters: [LentTensor], optimizerState: [String: [LentTensor]]) {
        self.constants = constants
        self.parameters = parameters
        self.optimizerState = optimizerState
    }

    /// What a file of it would say of its tensors: one pass over all values.
    var contents: CheckpointContents {
        CheckpointContents(
            constants, parameters: parameters.map(TensorRecord.init),
            optimizerState: optimizerState.mapValues { $0.map(TensorRecord.init) })
    }
}

extension Checkpoint {
    /// A checkpoint with copies of tensors that were lent.
    package init(copying lent: LentCheckpoint) {
        func copies(_ tensors: [LentTensor]) -> [Tensor] {
            tensors.map { Tensor(name: $0.name, shape: $0.shape, values: Array($0.values)) }
        }
        self = lent.constants
        parameters = copies(lent.parameters)
        optimizerState = lent.optimizerState.mapValues(copies)
    }

    /// Lends copies of its tensors, whose pointers are good in `body` alone.
    ///
    /// One copy of all, and not a call inside a call for each tensor: of those a network may have thousands, and a
    /// stack has no room for so many.
    func lending<R>(_ body: (LentCheckpoint) throws -> R) rethrows -> R {
        let count = optimizerState.values.joined().reduce(0) { $0 + $1.values.count }
        let memory = AlignedBuffer(untouchedCount: parameters.reduce(count) { $0 + $1.values.count })
        defer { withExtendedLifetime(memory) {} }
        var next = memory.pointer
        func lend(_ tensors: [Tensor]) -> [LentTensor] {
            tensors.map { tensor in
                let values = UnsafeMutableBufferPointer(start: next, count: tensor.values.count)
                _ = values.initialize(from: tensor.values)
                next += values.count
                return LentTensor(name: tensor.name, shape: tensor.shape, values: UnsafeBufferPointer(values))
            }
        }
        var constants = self
        (constants.parameters, constants.optimizerState) = ([], [:])
        return try body(
            LentCheckpoint(
                constants, parameters: lend(parameters), optimizerState: optimizerState.mapValues(lend)))
    }
}
