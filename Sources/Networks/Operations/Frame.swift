import Kernels

/// What an operation sees of the world while a worker walks a plan: addresses and a few numbers, no ownership.
///
/// The pointers are valid for the duration of the walk. Values lie in the worker's own arena; parameters and packed
/// weights are shared by all workers and not written while any of them walks; parameter gradients belong to the shard.
public struct Frame {
    public let kernels: any KernelTable.Type
    /// Samples in flight: the rows of the micro-batch.
    public let rows: Int

    let arena: UnsafeMutableRawPointer
    /// Bytes from the start of the arena, by value; negative for a gradient that is not there.
    let activationOffsets: UnsafePointer<Int>
    let gradientOffsets: UnsafePointer<Int>
    /// By value.
    let elementTypes: UnsafePointer<ElementType>

    /// All parameters, laid out by `ParameterLayout`.
    public let parameters: UnsafePointer<Float>
    /// Weights packed for the products of matrices.
    public let packed: PackedWeights
    /// The shard's gradients, laid out as the parameters.
    public let parameterGradients: UnsafeMutablePointer<Float>
    /// Where chains of parameter gradients start: at zero for the first micro-batch of a shard, at what is there for
    /// the rest, so that a shard's gradient is one chain over its rows.
    public let gradientStart: Accumulator
    /// Whether the gradients are added to what is there: those of a whole shard to those of its sibling.
    public let addsGradients: Bool
    /// Scratch for the kernels, the worker's own.
    public let workspace: UnsafeMutablePointer<Float>

    /// The key of the run's random numbers.
    public let seed: UInt64
    public let step: UInt32
    /// Where in the global batch the micro-batch's first row stands.
    public let firstRow: Int
    /// Rows of the global batch.
    public let batchRows: Int
    /// Where the shard's contribution to a collective operation goes.
    public let contribution: UnsafeMutablePointer<Float>
    /// What the shards' contributions to a collective operation have come to; meaningful in its `forward` and
    /// `backward`.
    public let combined: UnsafePointer<Float>

    /// The activation `[rows, width]` of a value of float32.
    @inline(__always)
    public func value(_ id: Value.ID) -> UnsafeMutablePointer<Float> { floats(of: id, at: activationOffsets[id]) }

    /// The gradient `[rows, width]` of a value of float32, or nil where nothing before it learns.
    @inline(__always)
    public func gradient(_ id: Value.ID) -> UnsafeMutablePointer<Float>? {
        let offset = gradientOffsets[id]
        return offset < 0 ? nil : floats(of: id, at: offset)
    }

    @inline(__always)
    private func floats(of id: Value.ID, at offset: Int) -> UnsafeMutablePointer<Float> {
        assert(elementTypes[id] == .float32, "an operation takes a value of another type for float32")
        return (arena + offset).assumingMemoryBound(to: Float.self)
    }
}
