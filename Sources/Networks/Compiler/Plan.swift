import Kernels

/// A compiled network: the operations in order and the place of every value. Walked by each worker on its own arena.
public struct Plan: Sendable {
    public let mode: Graph.Mode
    public let operations: [any Operation]
    public let input: Value
    public let output: Value
    /// Whether operations' backward passes have anything to do, by operation.
    let runsBackward: [Bool]
    let arena: ArenaLayout

    /// What a sample in flight takes: all activations and gradients that are alive at once.
    public var bytesOfRow: Int { arena.width * MemoryLayout<Float>.stride }
    /// Whether some operation looks at all rows of a shard at once.
    public let needsWholeShards: Bool
    /// Floats a sample, by value.
    let widths: [Int]
    /// Where in `arena` a value's activation lies, by value.
    let activationPlaces: [Int]
    /// Where in `arena` a value's gradient lies, by value; nil where it has none.
    let gradientPlaces: [Int?]

    /// Lays out the arena for a finished graph.
    ///
    /// Time runs from -1 (the input is loaded) over the forward passes 0 ..< n and the loss at n to the backward pass of
    /// operation i at 2n - i.
    init(graph: Graph, input: Value, output: Value) {
        let operations = graph.operations
        let end = operations.count
        mode = graph.mode
        self.operations = operations
        self.input = input
        self.output = output
        widths = graph.widths
        needsWholeShards = graph.mode == .training && operations.contains(where: \.needsWholeShards)
        runsBackward = operations.map { operation in
            graph.mode == .training && operation.writes.contains { graph.needsGradient[$0] }
        }

        var places: [ArenaLayout.Place] = []
        var activationPlace: [Int: Int] = [:]
        var gradientPlace: [Int: Int] = [:]
        func touch(_ key: Int, _ table: inout [Int: Int], width: Int, at time: Int) {
            if let place = table[key] {
                places[place].firstUse = min(places[place].firstUse, time)
                places[place].lastUse = max(places[place].lastUse, time)
            } else {
                table[key] = places.count
                places.append(.init(width: width, firstUse: time, lastUse: time))
            }
        }
        func touchActivation(_ id: Value.ID, at time: Int) {
            touch(graph.activationPlaces[id], &activationPlace, width: graph.widths[id], at: time)
        }
        func touchGradient(_ id: Value.ID, at time: Int) {
            guard graph.mode == .training, graph.needsGradient[id] else { return }
            touch(graph.gradientPlaces[id], &gradientPlace, width: graph.widths[id], at: time)
        }
        touchActivation(input.id, at: -1)
        for (time, operation) in operations.enumerated() {
            for id in operation.reads + operation.writes {
                touchActivation(id, at: time)
                touchGradient(id, at: 2 * end - time)
            }
            if runsBackward[time] {
                for id in operation.savedForBackward { touchActivation(id, at: 2 * end - time) }
            }
        }
        touchActivation(output.id, at: end)
        touchGradient(output.id, at: end)
        arena = ArenaLayout(places)
        activationPlaces = graph.widths.indices.map { activationPlace[graph.activationPlaces[$0]] ?? 0 }
        gradientPlaces = graph.widths.indices.map { id in
            graph.needsGradient[id] ? gradientPlace[graph.gradientPlaces[id]] : nil
        }
    }

    /// Computes the output of the micro-batch whose rows lie in the frame's input.
    ///
    /// - Parameter finished: called with the index of each operation when it is done, for measurements.
    public func forward(_ frame: Frame, finished: (Int) -> Void = { _ in }) {
        // By index: an iterator over existentials allocates in debug builds.
        for index in operations.indices {
            operations[index].forward(frame)
            finished(index)
        }
    }

    /// Turns the gradient of the output into gradients of all parameters.
    ///
    /// - Parameter finished: called with the index of each operation that has a backward pass when it is done.
    public func backward(_ frame: Frame, finished: (Int) -> Void = { _ in }) {
        var index = operations.count
        while index > 0 {
            index -= 1
            guard runsBackward[index] else { continue }
            operations[index].backward(frame)
            finished(index)
        }
    }

    /// Like `forward`, but stops at the first value that holds a number that is not finite, and returns after how many
    /// operations that is: 0 for the input, nil if all is well. For finding out where a run went bad.
    public func firstNonFiniteValue(_ frame: Frame) -> Int? {
        func isFinite(_ id: Value.ID) -> Bool {
            let count = frame.rows * widths[id]
            return frame.kernels.firstNonFinite(frame.value(id), count: count) == count
        }
        guard isFinite(input.id) else { return 0 }
        for (index, operation) in operations.enumerated() {
            operation.forward(frame)
            guard isFinite(operation.output) else { return index + 1 }
        }
        return nil
    }
}
