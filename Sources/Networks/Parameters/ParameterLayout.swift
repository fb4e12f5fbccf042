/// One named tensor of a network's parameters: where it lies in the one buffer that holds them all.
public struct Parameter: Sendable {
    /// Its place in the order of parameters.
    public let index: Int
    /// The layer's full name and the tensor's own, such as `linear1/weight`.
    public let name: String
    public let shape: Shape
    /// The first element's place in the buffer, in floats; a multiple of 16.
    public let offset: Int
    let initializer: Initializer
    let fanIn: Int
    let fanOut: Int
    public let role: Role
    /// In what forms it is packed for products of matrices, if they read it. Its last dimension is then the outputs'.
    public let packing: WeightPacking?

    /// Whether products of matrices read it, so that it is kept packed as well.
    public var isMatrixOperand: Bool { packing != nil }
    /// Whether the gradient of the layer's inputs reads it too: not where nothing before learns.
    public var isTransposedOperand: Bool { packing.map { !$0.phases.isEmpty } ?? false }

    /// As a matrix: the last dimension is a row, a lone dimension a column.
    var rowCount: Int { shape.dimensions.count > 1 ? shape.dimensions.dropLast().reduce(1, *) : shape.count }

    /// What a step makes of it.
    public enum Role: Sendable, Equatable {
        /// The optimizer moves it against its gradient.
        case learned
        /// A moving average of something shards see, such as the mean of a channel. What stands in the place of a
        /// shard's gradient is its part in the step's mean, of which the average takes the share `momentum`.
        case statistic(momentum: Double)
    }

    public var isLearned: Bool { role == .learned }

    public var count: Int { shape.count }

    /// The full name of the layer it belongs to, such as `linear1`.
    package var layerName: String { String(name[..<(name.lastIndex(of: "/") ?? name.endIndex)]) }

    package var range: Range<Int> { offset..<offset + count }
}

/// How all parameters lie in one contiguous buffer. Gradients, optimizer moments and checkpoints share the layout.
///
/// Every parameter starts at a cache line; what lies between two of them is zero and stays so.
package struct ParameterLayout: Sendable {
    package private(set) var parameters: [Parameter] = []
    /// Floats of the buffer, with what lies between parameters.
    package private(set) var bufferCount = 0

    /// The number of parameters a reader would count.
    package private(set) var elementCount = 0

    /// Those of them that an optimizer moves.
    package var learnedCount: Int { parameters.reduce(0) { $0 + ($1.isLearned ? $1.count : 0) } }

    mutating func append(
        name: String, shape: Shape, initializer: Initializer, fanIn: Int, fanOut: Int, packing: WeightPacking?,
        role: Parameter.Role = .learned
    ) -> Parameter {
        let parameter = Parameter(
            index: parameters.count, name: name, shape: shape, offset: bufferCount, initializer: initializer,
            fanIn: fanIn, fanOut: fanOut, role: role, packing: packing)
        parameters.append(parameter)
        elementCount += parameter.count
        bufferCount += (shape.count + 15) / 16 * 16
        return parameter
    }
}

/// A piece of one parameter: whole rows of it, so many that a worker's pass over them is worth claiming.
///
/// The unit in which gradients are reduced, norms are summed and the optimizer runs. Which blocks there are is a
/// function of the layout alone, since the partial sums of a norm are taken by block.
package struct ParameterBlock: Sendable, Equatable {
    /// The parameter's index in its layout.
    package let parameter: Int
    /// Which rows of the parameter: all dimensions but the last, or a lone one.
    package let rows: Range<Int>
    /// The same as a range of the buffer.
    package let range: Range<Int>
}

extension ParameterLayout {
    /// Floats in a block, about: 64 KiB of parameters, so that a block's sources, moments and results fit a
    /// second-level cache of 512 KiB, and a network of half a million parameters still makes 30 blocks to share out.
    static let targetBlockCount = 16_384

    /// All parameters in blocks, in order.
    package var blocks: [ParameterBlock] {
        parameters.flatMap { parameter -> [ParameterBlock] in
            let rowCount = parameter.rowCount
            guard rowCount > 0, parameter.count > 0 else { return [] }
            let width = parameter.count / rowCount
            let rowsPerBlock = max(1, Self.targetBlockCount / width)
            return stride(from: 0, to: rowCount, by: rowsPerBlock).map { first in
                let rows = first..<min(first + rowsPerBlock, rowCount)
                let start = parameter.offset + rows.lowerBound * width
                return ParameterBlock(
                    parameter: parameter.index, rows: rows, range: start..<start + rows.count * width)
            }
        }
    }
}
