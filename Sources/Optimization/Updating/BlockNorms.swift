import Networks

/// Norms of whole tensors, put together from blocks in one order: those of the parameters, and of the direction in
/// which they are to go.
///
/// `@unchecked Sendable`: in a phase workers call `set` for different blocks; `sum` runs between phases.
final class BlockNorms: @unchecked Sendable {
    private struct Squares {
        var values = 0.0
        var direction = 0.0
    }

    private let parameterOfBlock: [Int]
    private let blocks: UnsafeMutableBufferPointer<Squares>
    private let parameters: UnsafeMutableBufferPointer<Squares>

    /// - Parameters:
    ///   - blocks: those that will be set, all of them in each step.
    ///   - parameters: how many parameters there are.
    init(_ blocks: [ParameterBlock], parameters: Int) {
        parameterOfBlock = blocks.map(\.parameter)
        self.blocks = .allocate(capacity: blocks.count)
        self.blocks.initialize(repeating: Squares())
        self.parameters = .allocate(capacity: parameters)
        self.parameters.initialize(repeating: Squares())
    }

    deinit {
        blocks.deallocate()
        parameters.deallocate()
    }

    /// Notes the sums of squares of one block's parameters and directions.
    func set(block: Int, values: Float, direction: Float) {
        blocks[block] = Squares(values: Double(values), direction: Double(direction))
    }

    /// Adds up the blocks of each parameter.
    func sum() {
        for parameter in parameters.indices { parameters[parameter] = Squares() }
        for block in blocks.indices {
            let parameter = parameterOfBlock[block]
            parameters[parameter].values += blocks[block].values
            parameters[parameter].direction += blocks[block].direction
        }
    }

    /// The norms of a parameter and of its direction.
    func of(_ parameter: Int) -> TensorNorms {
        TensorNorms(
            values: parameters[parameter].values.squareRoot(), direction: parameters[parameter].direction.squareRoot())
    }
}
