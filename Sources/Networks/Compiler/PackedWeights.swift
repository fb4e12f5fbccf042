import Kernels

/// The weights of all matrix products in the layout their kernels read, one form for the forward pass (`W`) and, where
/// the gradient of the inputs is computed, one for the backward pass (`Wᵀ`).
///
/// Packed once a step by the pass that updates the parameters, and read by every shard of every worker.
///
/// A copy shares the memory. `@unchecked Sendable`: written only by `refresh`, whose callers work on disjoint rows in a
/// phase of the engine in which nobody reads; the end of a phase orders its writes before the next one's reads.
public struct PackedWeights: @unchecked Sendable {
    private let buffer: AlignedBuffer
    /// Floats from the buffer's start, of both forms by parameter; -1 where a form is not kept.
    private let offsets: OffsetTable
    private let kernels: any KernelTable.Type

    /// - Parameter includesBackward: false for a network that only computes outputs.
    public init(layout: ParameterLayout, kernels: any KernelTable.Type, includesBackward: Bool) {
        var offsets = [Int](repeating: -1, count: layout.parameters.count * 2)
        var count = 0
        func reserve(_ floats: Int) -> Int {
            defer { count += (floats + 15) / 16 * 16 }
            return count
        }
        for parameter in layout.parameters where parameter.isMatrixOperand {
            let (inputs, outputs) = (parameter.shape.dimensions[0], parameter.shape.dimensions[1])
            offsets[2 * parameter.index] = reserve(kernels.packedCount(k: inputs, n: outputs))
            if includesBackward && parameter.isTransposedOperand {
                offsets[2 * parameter.index + 1] = reserve(kernels.packedCount(k: outputs, n: inputs))
            }
        }
        self.offsets = OffsetTable(offsets)
        self.buffer = AlignedBuffer(count: count)
        self.kernels = kernels
    }

    /// `W` `[inputs, outputs]`, packed.
    @inline(__always)
    func forward(_ weight: Parameter) -> UnsafePointer<Float> {
        UnsafePointer(buffer.pointer + offsets.pointer[2 * weight.index])
    }

    /// `Wᵀ` `[outputs, inputs]`, packed; only of a transposed operand.
    @inline(__always)
    func backward(_ weight: Parameter) -> UnsafePointer<Float> {
        UnsafePointer(buffer.pointer + offsets.pointer[2 * weight.index + 1])
    }

    /// Packs rows of one parameter again.
    ///
    /// - Parameters:
    ///   - rows: which rows of the parameter, that is which inputs of the layer.
    ///   - parameters: the buffer of all parameters.
    public func refresh(_ parameter: Parameter, rows: Range<Int>, from parameters: UnsafePointer<Float>) {
        guard parameter.isMatrixOperand else { return }
        let (inputs, outputs) = (parameter.shape.dimensions[0], parameter.shape.dimensions[1])
        let weight = MatrixView(base: parameters + parameter.offset, rowStride: outputs, columnStride: 1)
        kernels.pack(
            weight, k: inputs, n: outputs, rows: rows, columns: 0..<outputs,
            into: buffer.pointer + offsets.pointer[2 * parameter.index])
        let backward = offsets.pointer[2 * parameter.index + 1]
        guard backward >= 0 else { return }
        kernels.pack(
            weight.transposed, k: outputs, n: inputs, rows: 0..<outputs, columns: rows,
            into: buffer.pointer + backward)
    }

    /// Packs everything again, after parameters were set rather than updated.
    public func refreshAll(_ layout: ParameterLayout, from parameters: UnsafePointer<Float>) {
        for parameter in layout.parameters where parameter.isMatrixOperand {
            refresh(parameter, rows: 0..<parameter.shape.dimensions[0], from: parameters)
        }
    }
}

/// A table of offsets at a fixed address, so that reading one costs a load and no reference counting.
/// `@unchecked Sendable`: never written after `init`.
final class OffsetTable: @unchecked Sendable {
    let pointer: UnsafePointer<Int>
    private let storage: UnsafeMutableBufferPointer<Int>

    init(_ offsets: [Int]) {
        storage = .allocate(capacity: max(offsets.count, 1))
        _ = storage.initialize(from: offsets)
        pointer = UnsafePointer(storage.baseAddress!)
    }

    deinit { storage.deallocate() }
}
