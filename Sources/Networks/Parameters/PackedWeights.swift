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
    private let offsets: FixedTable<Int>
    private let kernels: any KernelTable.Type

    /// - Parameter includesBackward: false for a network that only computes outputs.
    package init(layout: ParameterLayout, kernels: any KernelTable.Type, includesBackward: Bool) {
        let (offsets, count) = Self.places(layout, kernels, includesBackward)
        self.offsets = FixedTable(offsets)
        self.buffer = AlignedBuffer(count: count)
        self.kernels = kernels
    }

    /// Bytes of the weights of a network, before they are packed.
    package static func bytes(
        layout: ParameterLayout, kernels: any KernelTable.Type, includesBackward: Bool
    ) -> Int {
        places(layout, kernels, includesBackward).count * MemoryLayout<Float>.stride
    }

    /// Where each form begins, and how many floats all take.
    private static func places(
        _ layout: ParameterLayout, _ kernels: any KernelTable.Type, _ includesBackward: Bool
    ) -> (offsets: [Int], count: Int) {
        var offsets = [Int](repeating: -1, count: layout.parameters.count * 2)
        var count = 0
        func reserve(_ floats: Int) -> Int {
            defer { count += (floats + 15) / 16 * 16 }
            return count
        }
        for parameter in layout.parameters {
            guard let packing = parameter.packing else { continue }
            offsets[2 * parameter.index] = reserve(packing.groups * packing.forwardCount(kernels))
            if includesBackward && parameter.isTransposedOperand {
                offsets[2 * parameter.index + 1] = reserve(packing.backwardCount(kernels))
            }
        }
        return (offsets, count)
    }

    /// The form of the forward pass: `W` `[inputs, outputs]`, for a linear layer.
    @inline(__always)
    func forward(_ weight: Parameter) -> UnsafePointer<Float> {
        UnsafePointer(buffer.pointer + offsets.pointer[2 * weight.index])
    }

    /// The form of the backward pass: `Wᵀ` `[outputs, inputs]`, for a linear layer. Only of a transposed operand.
    @inline(__always)
    func backward(_ weight: Parameter) -> UnsafePointer<Float> {
        UnsafePointer(buffer.pointer + offsets.pointer[2 * weight.index + 1])
    }

    /// Packs rows of one parameter again.
    ///
    /// - Parameters:
    ///   - rows: which rows of the parameter, that is which inputs of the layer, by tap.
    ///   - parameters: the buffer of all parameters.
    package func refresh(_ parameter: Parameter, rows: Range<Int>, from parameters: UnsafePointer<Float>) {
        guard let packing = parameter.packing else { return }
        let weight = parameters + parameter.offset
        packing.packForward(
            weight, rows: rows, into: buffer.pointer + offsets.pointer[2 * parameter.index], kernels)
        let backward = offsets.pointer[2 * parameter.index + 1]
        if backward >= 0 { packing.packBackward(weight, rows: rows, into: buffer.pointer + backward, kernels) }
    }

    /// Packs everything again, after parameters were set rather than updated.
    package func refreshAll(_ layout: ParameterLayout, from parameters: UnsafePointer<Float>) {
        for parameter in layout.parameters where parameter.isMatrixOperand {
            refresh(parameter, rows: 0..<parameter.rowCount, from: parameters)
        }
    }
}
