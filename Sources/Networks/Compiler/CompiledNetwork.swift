import Kernels

/// A network made ready to run: shapes inferred and checked, parameters laid out, plans made.
package struct CompiledNetwork: Sendable {
    package let network: Network
    package let loss: Loss
    /// The shape of one sample's input.
    package let inputShape: Shape
    package let layout: ParameterLayout
    /// What the parameter blocks are, in order.
    package let blocks: [ParameterBlock]
    /// Forward, loss and backward.
    package let trainingPlan: Plan
    /// Forward only.
    package let inferencePlan: Plan
    /// The layers with shapes and parameter counts, those inside a residual layer after it.
    package let summary: [LayerSummary]

    /// - Parameters:
    ///   - inputShape: the shape of one sample.
    ///   - targets: what the data set holds for each sample, checked against the network's output; nil for a network
    ///     that was checked before.
    ///   - isFrozen: whether a parameter, by its full name, stays as it is in training. What is frozen as a whole is
    ///     then a fixed function: a batch normalization with frozen statistics normalizes by them.
    /// - Throws: `NetworkError` naming the layer, the shape it expected and the shape it found.
    package init(
        network: Network, loss: Loss, inputShape: Shape, targets: TargetSpecification?,
        isFrozen: @escaping (_ parameter: String) -> Bool = { _ in false }
    ) throws {
        guard inputShape.count > 0 else {
            throw NetworkError.invalidNetwork(problem: "the inputs have shape \(inputShape): nothing to learn from")
        }
        // The loss computes what such a last layer would, in a form that stays finite.
        var computed = network
        if let last = network.layers.last, loss.contains(last) { computed.layers.removeLast() }

        func build(_ mode: Graph.Mode) throws -> (Plan, Graph) {
            var graph = Graph(mode: mode, isFrozen: isFrozen)
            let input = graph.value(shape: inputShape)
            let output = try computed.build(in: &graph, input: input)
            return (Plan(graph: graph, input: input, output: output), graph)
        }
        let (trainingPlan, graph) = try build(.training)
        guard !graph.layout.parameters.isEmpty else {
            throw NetworkError.invalidNetwork(problem: "the network has no parameters: add a layer such as linear")
        }
        if let targets {
            try loss.check(output: trainingPlan.output.shape, targets: targets)
            for operation in trainingPlan.operations {
                guard let problem = operation.problem else { continue }
                throw NetworkError.invalidLayer(layer: operation.layer, problem: problem)
            }
        }
        self.network = network
        self.loss = loss
        self.inputShape = inputShape
        self.trainingPlan = trainingPlan
        self.inferencePlan = try build(.inference).0
        layout = graph.layout
        blocks = graph.layout.blocks
        summary = graph.layers
    }

    /// Fills a parameter buffer with initial values, a function of the seed alone.
    package func initialize(_ parameters: UnsafeMutablePointer<Float>, seed: UInt64, kernels: any KernelTable.Type) {
        for parameter in layout.parameters {
            parameter.initializer.fill(
                UnsafeMutableBufferPointer(start: parameters + parameter.offset, count: parameter.count),
                fanIn: parameter.fanIn, fanOut: parameter.fanOut, seed: seed, stream: UInt32(parameter.index),
                kernels: kernels)
        }
    }

    /// Floating-point operations of one training step on `rows` samples, counting products of matrices only: forward,
    /// gradient of the weights, and gradient of the inputs where something before them learns.
    package func flopsPerStep(rows: Int) -> Int {
        trainingPlan.operations.indices.reduce(0) { sum, index in
            let (forward, backward) = flopsPerRow(operation: index)
            return sum + (forward + backward) * rows
        }
    }

    /// Those of one operation of the training plan, a sample.
    package func flopsPerRow(operation index: Int) -> (forward: Int, backward: Int) {
        let operation = trainingPlan.operations[index]
        let passesInputsGradient = operation.reads.contains { trainingPlan.gradientPlaces[$0] != nil }
        return (operation.flopsPerRow, operation.flopsPerRow * (passesInputsGradient ? 2 : 1))
    }
}
