import Kernels

/// What layers describe a network in: the operations in forward order, the values between them, the parameters.
///
/// A directed acyclic graph. **A value may be read by any number of operations**, and each operation does one thing:
/// what is to be added where gradients meet, and which operations the kernels can do in one go, the compiler finds out;
/// see `Program`.
public struct Graph {
    public enum Mode: Sendable {
        /// Forward, loss, backward.
        case training
        /// Forward only: dropout is left out, activations need not be kept.
        case inference
    }

    public let mode: Mode
    private(set) var operations: [any Operation] = []
    private(set) var layout = ParameterLayout()
    private(set) var layers: [LayerSummary] = []
    /// By their id, under the shapes they were made with.
    private(set) var values: [Value] = []
    /// Whether anything before a value learns, so that it needs a gradient.
    private(set) var needsGradient: [Bool] = []

    private var scopes = LayerScopes()
    private var randomStreams: UInt32 = 0

    private let isFrozen: (String) -> Bool

    /// - Parameter isFrozen: whether a parameter, by its full name, stays as it is in training.
    package init(mode: Mode, isFrozen: @escaping (_ parameter: String) -> Bool = { _ in false }) {
        self.mode = mode
        self.isFrozen = isFrozen
    }

    /// Whether a parameter stays as it is in training.
    public func isFrozen(_ parameter: Parameter) -> Bool { isFrozen(parameter.name) }

    /// The full name of the layer being built, such as `residual1/linear2`.
    public var scope: String { scopes.current }

    // MARK: Values

    /// A new value, for an operation to write.
    public mutating func value(shape: Shape, elementType: ElementType = .float32) -> Value {
        let value = Value(id: values.count, shape: shape, elementType: elementType)
        values.append(value)
        needsGradient.append(false)
        return value
    }

    /// The same value under another shape of as many elements.
    public func reshaped(_ value: Value, to shape: Shape) -> Value {
        precondition(shape.count == value.shape.count, "\(scope): \(value.shape) has not as many elements as \(shape)")
        return Value(id: value.id, shape: shape, elementType: value.elementType)
    }

    /// Whether anything before `value` learns, so that whoever reads it computes a gradient for it.
    public func needsGradient(_ value: Value) -> Bool { needsGradient[value.id] }

    // MARK: Operations

    public mutating func append(_ operation: any Operation) {
        let learns = operation.hasParameters || operation.reads.contains { needsGradient[$0] }
        for id in operation.writes { needsGradient[id] = learns }
        operations.append(operation)
    }

    /// The input of a network within the layer being built. The gradients of a value are added within each network that
    /// it is the input of, and then over all that read it, from the last to the first.
    mutating func entry(of input: Value) -> Value {
        let output = value(shape: input.shape, elementType: input.elementType)
        append(EntryOperation(layer: scope, input: input.id, output: output.id))
        return output
    }

    // MARK: Parameters and random streams

    /// A new parameter of the layer being built.
    ///
    /// - Parameters:
    ///   - packing: in what forms it is packed, if products of matrices read it.
    ///   - role: whether it is learned.
    public mutating func parameter(
        _ name: String, shape: Shape, initializer: Initializer, fanIn: Int = 1, fanOut: Int = 1,
        packing: WeightPacking? = nil,
        role: Parameter.Role = .learned
    ) -> Parameter {
        layout.append(
            name: "\(scope)/\(name)", shape: shape, initializer: initializer, fanIn: fanIn, fanOut: fanOut,
            packing: packing, role: role)
    }

    /// The next random stream of the network, in the order layers are built.
    public mutating func randomStream() -> UInt32 {
        defer { randomStreams += 1 }
        return randomStreams
    }

    // MARK: Layers

    /// Builds a layer under its name: the user's own, or its kind with a number, counted within the layer around it.
    mutating func layer(
        kind: String, name: String?, input: Value, _ build: (inout Graph, Value) throws -> Value
    ) throws -> Value {
        let name = try scopes.nextName(kind: kind, own: name)
        return try scoped(to: name) { graph in
            let entry = graph.layers.count
            let before = graph.layout.elementCount
            graph.layers.append(LayerSummary(name: graph.scope, outputShape: input.shape, parameterCount: 0))
            let output = try build(&graph, input)
            graph.layers[entry] = LayerSummary(
                name: graph.scope, outputShape: output.shape, parameterCount: graph.layout.elementCount - before)
            return output
        }
    }

    /// Builds layers under a name within the layer being built: those of a branch.
    mutating func scoped(to name: String, _ build: (inout Graph) throws -> Value) throws -> Value {
        try scopes.enter(name)
        defer { scopes.leave() }
        return try build(&self)
    }
}
