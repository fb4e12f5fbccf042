import Kernels
import TestSupport

@testable import Networks

/// Layers on a plan of their own, to run forward and backward: what a worker does with a micro-batch.
struct LayerRun {
    let plan: Plan
    let layout: ParameterLayout
    let rows: Int
    let kernels: any KernelTable.Type

    struct Result {
        var output: [Float]
        /// Empty where the input has no gradient.
        var inputGradient: [Float]
        var gradients: [String: [Float]]
    }

    /// What changes from step to step.
    struct Draw {
        var seed: UInt64 = 7
        var step: UInt32 = 3
        var firstRow = 0
    }

    /// - Parameter learnsInput: whether something that learns stands before the layers, so that their input has a
    ///   gradient.
    /// - Parameter isFrozen: whether a parameter stays as it is in training.
    /// - Parameter isFused: whether kernels do in one go what they can.
    init(
        _ network: Network, inputShape: Shape, rows: Int, mode: Graph.Mode = .training, learnsInput: Bool = true,
        isFrozen: @escaping (String) -> Bool = { _ in false }, isFused: Bool = true, kernels: any KernelTable.Type
    ) throws {
        var graph = Graph(mode: mode, isFrozen: isFrozen)
        let input = graph.value(shape: inputShape)
        var first = input
        if learnsInput {
            first = graph.value(shape: inputShape)
            graph.append(SourceOperation(input: input.id, output: first.id, count: inputShape.count))
        }
        let output = try network.build(in: &graph, input: first)
        plan = Plan(graph: graph, input: input, output: output, isFused: isFused)
        layout = graph.layout
        self.rows = rows
        self.kernels = kernels
    }

    /// Parameters by name, so large that outputs keep the size of inputs.
    func randomParameters(_ random: inout SeededGenerator) -> [String: [Float]] {
        Dictionary(
            uniqueKeysWithValues: layout.parameters.map { parameter in
                let inputs = parameter.isMatrixOperand ? parameter.rowCount : 4
                let values = random.floats(parameter.count, scale: 1.7 / Float(inputs).squareRoot())
                return (parameter.name, parameter.name.hasSuffix("/variance") ? values.map(abs) : values)
            })
    }

    /// Walks the plan forward and, when it trains, backward.
    ///
    /// - Parameter microBatches: how many rows to take at a time.
    /// - Parameter batchRows: rows of the global batch, if these are not all.
    /// - Parameter sibling: what every element of the gradients holds before, if they are to be added to it.
    /// - Parameter willRun: called before each operation with the plan's time (see `Plan.init`).
    func run(
        input: [Float], outputGradient: [Float], parameters: [String: [Float]], microBatches: [Int]? = nil,
        draw: Draw = Draw(), batchRows: Int? = nil, addingTo sibling: Float? = nil,
        willRun: ((_ time: Int, _ frame: Frame) -> Void)? = nil
    ) -> Result {
        let microBatches = microBatches ?? [rows]
        let arena = WorkerArena(plan: plan, capacity: microBatches.max()!, kernels: kernels)
        let buffer = AlignedBuffer(count: layout.bufferCount)
        let gradients = AlignedBuffer(count: layout.bufferCount)
        for parameter in layout.parameters {
            (buffer.pointer + parameter.offset).update(from: parameters[parameter.name]!, count: parameter.count)
            // A step's gradient buffer holds what another step left there.
            (gradients.pointer + parameter.offset).update(repeating: sibling ?? .nan, count: parameter.count)
        }
        let packed = PackedWeights(layout: layout, kernels: kernels, includesBackward: true)
        packed.refreshAll(layout, from: buffer.pointer)
        let (inputWidth, outputWidth) = (plan.input.shape.count, plan.output.shape.count)
        let source = plan.operations.first as? SourceOperation

        var result = Result(output: [], inputGradient: [], gradients: [:])
        var first = 0
        for count in microBatches {
            let frame = arena.frame(
                rows: count, model: .init(parameters: buffer.pointer, packed: packed), gradients: gradients.pointer,
                gradientStart: first == 0 ? .zero : .output, addsGradients: sibling != nil, seed: draw.seed,
                step: draw.step, firstRow: draw.firstRow + first, batchRows: batchRows)
            let loaded = Array(input[first * inputWidth..<(first + count) * inputWidth])
            frame.value(plan.input.id).update(from: loaded, count: loaded.count)
            forward(frame, willRun)
            result.output += floats(frame.value(plan.output.id), count * outputWidth)
            if plan.mode == .training, let gradient = frame.gradient(plan.output.id) {
                let upstream = Array(outputGradient[first * outputWidth..<(first + count) * outputWidth])
                gradient.update(from: upstream, count: upstream.count)
                backward(frame, willRun)
                if let source { result.inputGradient += floats(frame.gradient(source.output)!, count * inputWidth) }
            }
            first += count
        }
        for parameter in layout.parameters {
            result.gradients[parameter.name] = floats(gradients.pointer + parameter.offset, parameter.count)
        }
        return result
    }

    private func forward(_ frame: Frame, _ willRun: ((Int, Frame) -> Void)?) {
        guard let willRun else { return plan.forward(frame) }
        for (time, operation) in plan.operations.enumerated() {
            willRun(time, frame)
            operation.forward(frame)
        }
    }

    private func backward(_ frame: Frame, _ willRun: ((Int, Frame) -> Void)?) {
        guard let willRun else { return plan.backward(frame) }
        for (index, operation) in plan.operations.enumerated().reversed() where plan.runsBackward[index] {
            willRun(2 * plan.operations.count - index, frame)
            operation.backward(frame)
        }
    }

    private func floats(_ pointer: UnsafePointer<Float>, _ count: Int) -> [Float] {
        Array(UnsafeBufferPointer(start: pointer, count: count))
    }
}

/// Hands the input on as if a layer that learns had made it. The last to run in a backward pass: the gradient of its
/// output can be looked at afterwards.
struct SourceOperation: UnaryOperation {
    let layer = "source"
    var input: Value.ID
    var output: Value.ID
    let count: Int

    var savedForBackward: [Value.ID] { [] }
    var hasParameters: Bool { true }

    func forward(_ frame: Frame) {
        frame.value(output).update(from: frame.value(input), count: frame.rows * count)
    }

    func backward(_ frame: Frame) {}
}
