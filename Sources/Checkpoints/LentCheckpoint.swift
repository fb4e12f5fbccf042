/// A tensor whose values stay where they are while it is written, in row-major order.
public struct LentTensor {
    /// Layer and tensor, such as `linear1/weight`.
    public let name: String
    public let shape: [Int]
    public let values: UnsafeBufferPointer<Float>

    public init(name: String, shape: [Int], values: UnsafeBufferPointer<Float>) {
        let count = shape.contains(0) ? 0 : shape.reduce(1, *)
        precondition(values.count == count, "\(name): \(values.count) values do not have the shape \(shape)")
        self.name = name
        self.shape = shape
        self.values = values
    }
}

/// A checkpoint to be written whose tensors stay where they are, so that a large state is not copied once more.
public struct LentCheckpoint {
    /// Everything but tensors; it has none.
    public let constants: Checkpoint
    /// In the order of the network's layers.
    public let parameters: [LentTensor]
    /// By moment: tensors named and shaped as the parameters.
    public let optimizerState: [String: [LentTensor]]

    public init(_ constants: Checkpoint, parameters: [LentTensor], optimizerState: [String: [LentTensor]]) {
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
    public init(copying lent: LentCheckpoint) {
        func copies(_ tensors: [LentTensor]) -> [Tensor] {
            tensors.map { Tensor(name: $0.name, shape: $0.shape, values: Array($0.values)) }
        }
        self = lent.constants
        parameters = copies(lent.parameters)
        optimizerState = lent.optimizerState.mapValues(copies)
    }

    /// Lends its tensors.
    func lending<R>(_ body: (LentCheckpoint) throws -> R) rethrows -> R {
        try Tensor.lending(parameters[...], []) { parameters in
            try lendingState(optimizerState.sorted { $0.key < $1.key }[...], [:]) { state in
                var constants = self
                (constants.parameters, constants.optimizerState) = ([], [:])
                return try body(LentCheckpoint(constants, parameters: parameters, optimizerState: state))
            }
        }
    }

    private func lendingState<R>(
        _ moments: ArraySlice<(key: String, value: [Tensor])>, _ lent: [String: [LentTensor]],
        _ body: ([String: [LentTensor]]) throws -> R
    ) rethrows -> R {
        guard let (name, tensors) = moments.first else { return try body(lent) }
        return try Tensor.lending(tensors[...], []) { tensors in
            try lendingState(moments.dropFirst(), lent.merging([name: tensors]) { $1 }, body)
        }
    }
}

extension Checkpoint.Tensor {
    /// Lends the values of one after the other; the pointers are good in `body` alone.
    fileprivate static func lending<R>(
        _ tensors: ArraySlice<Checkpoint.Tensor>, _ lent: [LentTensor], _ body: ([LentTensor]) throws -> R
    ) rethrows -> R {
        guard let tensor = tensors.first else { return try body(lent) }
        return try tensor.values.withUnsafeBufferPointer { values in
            try lending(
                tensors.dropFirst(), lent + [LentTensor(name: tensor.name, shape: tensor.shape, values: values)], body)
        }
    }
}
