import Kernels

/// One worker's private memory to walk a plan with: activations, their gradients, scratch for the kernels. Allocated
/// once, for a largest micro-batch; walking allocates nothing. The memory is first touched by the worker that first
/// walks with it, which has it near then.
///
/// `@unchecked Sendable`: an arena is handed to one worker at a time, by its index.
package final class WorkerArena: @unchecked Sendable {
    package let plan: Plan
    /// The most samples in flight at once.
    package let capacity: Int
    private let kernels: any KernelTable.Type
    private let values: AlignedBuffer
    private let workspace: AlignedBuffer
    private let activationOffsets: FixedTable<Int>
    private let gradientOffsets: FixedTable<Int>
    private let elementTypes: FixedTable<ElementType>
    /// Whether the memory is in place. The worker's that has the arena, like the memory itself.
    private(set) var isTouched = false

    package init(plan: Plan, capacity: Int, kernels: any KernelTable.Type) {
        self.plan = plan
        self.capacity = capacity
        self.kernels = kernels
        // Lines of memory are whole floats.
        values = AlignedBuffer(untouchedCount: plan.arena.bytes / MemoryLayout<Float>.size * capacity)
        workspace = AlignedBuffer(
            untouchedCount: Self.workspaceCount(plan: plan, capacity: capacity, kernels: kernels))
        activationOffsets = FixedTable(plan.activationPlaces.map { plan.arena.offsets[$0] * capacity })
        gradientOffsets = FixedTable(plan.gradientPlaces.map { $0.map { plan.arena.offsets[$0] * capacity } ?? -1 })
        elementTypes = FixedTable(plan.elementTypes)
    }

    /// Bytes of its activations, their gradients and the kernels' scratch.
    package var bytes: Int { (values.count + workspace.count) * MemoryLayout<Float>.stride }

    /// The same before there is one; `Int.max` for more than that.
    package static func bytes(plan: Plan, capacity: Int, kernels: any KernelTable.Type) -> Int {
        let (rows, overflow) = plan.bytesOfRow.multipliedReportingOverflow(by: capacity)
        if overflow { return .max }
        let scratch = workspaceCount(plan: plan, capacity: capacity, kernels: kernels) * MemoryLayout<Float>.stride
        let sum = rows.addingReportingOverflow(scratch)
        return sum.overflow ? .max : sum.partialValue
    }

    /// Floats of scratch that the neediest operation asks for.
    private static func workspaceCount(plan: Plan, capacity: Int, kernels: any KernelTable.Type) -> Int {
        plan.operations.map { $0.workspaceCount(rows: capacity, isTrained: plan.mode == .training, kernels: kernels) }
            .max() ?? 0
    }

    /// What to compute a micro-batch on.
    package struct Model {
        package let parameters: UnsafePointer<Float>
        package let packed: PackedWeights

        package init(parameters: UnsafePointer<Float>, packed: PackedWeights) {
            self.parameters = parameters
            self.packed = packed
        }
    }

    /// A frame for a forward and a backward pass over one micro-batch.
    ///
    /// - Parameters:
    ///   - rows: samples in it, at most `capacity`.
    ///   - gradients: the shard's gradients, and where their chains start.
    ///   - addsGradients: whether to add them to what is there, chains starting at zero.
    ///   - firstRow: where in the global batch the first of the rows stands.
    ///   - batchRows: rows of the global batch; nil if these are all.
    ///   - meeting: where collective operations put the shard's contributions, and find what all have come to.
    package func frame(
        rows: Int, model: Model, gradients: UnsafeMutablePointer<Float>, gradientStart: Accumulator,
        addsGradients: Bool = false, seed: UInt64, step: UInt32, firstRow: Int,
        batchRows: Int? = nil,
        meeting: (contribution: UnsafeMutablePointer<Float>, combined: UnsafePointer<Float>)? = nil
    ) -> Frame {
        precondition(rows <= capacity, "\(rows) rows do not fit an arena for \(capacity)")
        if !isTouched { touch() }
        return Frame(
            kernels: kernels, rows: rows, arena: UnsafeMutableRawPointer(values.pointer),
            activationOffsets: activationOffsets.pointer, gradientOffsets: gradientOffsets.pointer,
            elementTypes: elementTypes.pointer,
            parameters: model.parameters, packed: model.packed,
            parameterGradients: gradients, gradientStart: gradientStart, addsGradients: addsGradients,
            workspace: workspace.pointer, seed: seed, step: step, firstRow: firstRow,
            batchRows: batchRows ?? rows, contribution: meeting?.contribution ?? workspace.pointer,
            combined: meeting?.combined ?? UnsafePointer(workspace.pointer))
    }

    private func touch() {
        values.zero()
        workspace.zero()
        isTouched = true
    }

    /// A frame for a forward pass alone.
    package func frame(rows: Int, model: Model) -> Frame {
        // An inference plan has no operation that touches gradients; the pointer only has to be one.
        frame(
            rows: rows, model: model, gradients: workspace.pointer, gradientStart: .zero, seed: 0, step: 0,
            firstRow: 0)
    }
}
