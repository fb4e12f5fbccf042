import Kernels

/// A compiled network: the operations in order and the place of every value. Walked by each worker on its own arena.
///
/// Every value is read by one operation, so that its gradient has one writer.
package struct Plan: Sendable {
    package let mode: Graph.Mode
    package let operations: [any Operation]
    package let input: Value
    package let output: Value
    /// Whether operations' backward passes have anything to do, by operation.
    let runsBackward: [Bool]
    let arena: ArenaLayout

    /// What a sample in flight takes: all activations and gradients that are alive at once.
    package var bytesOfRow: Int { arena.bytes }
    /// The layer that hands on the most numbers a sample.
    package var widestLayer: String? {
        operations.map { (layer: $0.layer, width: $0.writes.reduce(0) { $0 + widths[$1] }) }
            .max { $0.width < $1.width }?.layer
    }
    /// Whether some operation looks at all rows of a shard at once.
    package let needsWholeShards: Bool
    /// The least rows that each shard must have in training; `Sharding` sees to that.
    package let leastRowsOfShard: Int
    /// The collective operations, where all shards meet, and their indices. None in a plan for inference.
    private let collectives: [any CollectiveOperation]
    private let meetings: [Int]
    /// Elements of a sample, by value.
    let widths: [Int]
    /// Where in `arena` a value's activation lies, by value.
    let activationPlaces: [Int]
    /// Where in `arena` a value's gradient lies, by value; nil where it has none.
    let gradientPlaces: [Int?]

    /// By value.
    let elementTypes: [ElementType]

    /// - Parameter isFused: whether kernels do in one go what they can. Of no effect on the bits; see `Program.fuse`.
    init(graph: Graph, input: Value, output: Value, isFused: Bool = true) {
        var program = Program(graph, input: input, output: output)
        program.insertForks()
        if isFused { program.fuse() }
        self.init(program)
    }

    private init(_ program: Program) {
        let operations = program.operations
        let isTraining = program.mode == .training
        mode = program.mode
        self.operations = operations
        (input, output) = (program.input, program.output)
        widths = program.values.map(\.shape.count)
        elementTypes = program.values.map(\.elementType)
        let found = operations.enumerated().compactMap { index, operation in
            (operation as? any CollectiveOperation).map { (index, $0) }
        }.filter { isTraining && $1.isCollective }
        (meetings, collectives) = (found.map(\.0), found.map(\.1))
        needsWholeShards = isTraining && operations.contains(where: \.needsWholeShards)
        leastRowsOfShard = isTraining ? operations.map(\.leastRows.ofShard).max() ?? 1 : 1
        let placement = Placement(program)
        runsBackward = placement.runsBackward
        arena = placement.arena
        (activationPlaces, gradientPlaces) = (placement.activationPlaces, placement.gradientPlaces)
    }

    /// The least rows that each batch must have in training.
    package var leastRowsOfBatch: Int { mode == .training ? operations.map(\.leastRows.ofBatch).max() ?? 1 : 1 }

    // MARK: Walking

    /// The parts between meetings. Shards that have all finished one of them, and combined their contributions, go on
    /// with the next: forward in this order, backward from the last on. A single one in most plans.
    package var stages: Range<Int> { 0..<meetings.count + 1 }

    /// Whether shards meet on their way.
    package var isCollective: Bool { !meetings.isEmpty }

    /// The collective operation between a stage and the next one.
    package func meeting(after stage: Int) -> (any CollectiveOperation)? {
        stage < collectives.count ? collectives[stage] : nil
    }

    /// Computes the output of the micro-batch whose rows lie in the frame's input, or a stage on the way to it.
    ///
    /// - Parameter finished: called with the index of each operation when it is done, for measurements.
    package func forward(_ frame: Frame, stage: Int = 0, finished: (Int) -> Void = { _ in }) {
        // By index: an iterator over existentials allocates in debug builds.
        for index in forwardOperations(of: stage) {
            operations[index].forward(frame)
            finished(index)
        }
        meeting(after: stage)?.contributeForward(frame, into: frame.contribution)
    }

    private func forwardOperations(of stage: Int) -> Range<Int> {
        (stage == 0 ? 0 : meetings[stage - 1])..<(stage < meetings.count ? meetings[stage] : operations.count)
    }

    /// Turns the gradient of the output into gradients of all parameters, or does a stage of that.
    ///
    /// - Parameter finished: called with the index of each operation that has a backward pass when it is done.
    package func backward(_ frame: Frame, stage: Int = 0, finished: (Int) -> Void = { _ in }) {
        let first = stage == 0 ? 0 : meetings[stage - 1] + 1
        var index = stage < meetings.count ? meetings[stage] + 1 : operations.count
        while index > first {
            index -= 1
            guard runsBackward[index] else { continue }
            operations[index].backward(frame)
            finished(index)
        }
        if stage > 0 { meeting(after: stage - 1)?.contributeBackward(frame, into: frame.contribution) }
    }

    /// Like `forward`, but looks for values that hold a number that is not finite, and returns after how many
    /// operations the first one is there: 0 for the input, nil if all is well. For finding out where a run went bad.
    package func firstNonFiniteValue(_ frame: Frame, stage: Int = 0) -> Int? {
        func isFinite(_ id: Value.ID) -> Bool {
            let count = frame.rows * widths[id]
            return frame.kernels.firstNonFinite(frame.value(id), count: count) == count
        }
        var found = stage == 0 && !isFinite(input.id) ? 0 : nil
        forward(frame, stage: stage) { index in
            if found == nil, !isFinite(operations[index].output) { found = index + 1 }
        }
        return found
    }
}
