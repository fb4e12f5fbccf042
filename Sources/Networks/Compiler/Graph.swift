import Kernels

/// A value that operations hand on: one row of floats a sample, under a shape.
public struct Value: Sendable {
    public typealias ID = Int
    public let id: ID
    /// The shape of one sample.
    public let shape: Shape
}

/// A network while it is being built: the operations in forward order, the values between them, the parameters.
///
/// A directed acyclic graph in which **every value is read by exactly one operation**. What is needed twice is forked
/// by an operation of its own, whose backward pass adds the gradients in a fixed order; so a gradient has one writer,
/// and no operation needs to know who else reads its input.
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

    /// Floats a sample, by value.
    private(set) var widths: [Int] = []
    /// The place a value's activation lies in; several values share one where one is another under a new shape.
    private(set) var activationPlaces: [Int] = []
    /// The place a value's gradient lies in.
    private(set) var gradientPlaces: [Int] = []
    /// Whether anything before the value learns, so that it needs a gradient.
    private(set) var needsGradient: [Bool] = []

    private var path: [String] = []
    private var ordinals: [[String: Int]] = [[:]]
    private var namesInUse: Set<String> = []
    private var randomStreams: UInt32 = 0

    private let isFrozen: (String) -> Bool

    /// - Parameter isFrozen: whether a parameter, by its full name, stays as it is in training.
    public init(mode: Mode, isFrozen: @escaping (_ parameter: String) -> Bool = { _ in false }) {
        self.mode = mode
        self.isFrozen = isFrozen
    }

    /// Whether a parameter stays as it is in training.
    public func isFrozen(_ parameter: Parameter) -> Bool { isFrozen(parameter.name) }

    /// The full name of the layer being built, such as `residual1/linear2`.
    public var scope: String { path.joined(separator: "/") }

    // MARK: Values

    /// A new value.
    ///
    /// - Parameter gradientSharedWith: a value in whose place this one's gradient may lie too, for an operation whose
    ///   backward pass works in place.
    public mutating func value(shape: Shape, gradientSharedWith other: Value? = nil) -> Value {
        let id = widths.count
        widths.append(shape.count)
        activationPlaces.append(id)
        gradientPlaces.append(other.map { gradientPlaces[$0.id] } ?? id)
        needsGradient.append(false)
        return Value(id: id, shape: shape)
    }

    /// The same value under another shape of as many elements.
    public func reshaped(_ value: Value, to shape: Shape) -> Value {
        precondition(shape.count == value.shape.count, "\(scope): \(value.shape) has not as many elements as \(shape)")
        return Value(id: value.id, shape: shape)
    }

    /// Whether anything before `value` learns, so that whoever reads it computes a gradient for it.
    public func needsGradient(_ value: Value) -> Bool { needsGradient[value.id] }

    /// Two values in place of one, so that two operations may read it.
    mutating func fork(_ input: Value) -> (Value, Value) {
        let first = value(shape: input.shape, gradientSharedWith: input)
        let second = value(shape: input.shape)
        activationPlaces[first.id] = activationPlaces[input.id]
        activationPlaces[second.id] = activationPlaces[input.id]
        append(
            ForkOperation(
                layer: scope, input: input.id, output: first.id, second: second.id, count: input.shape.count))
        return (first, second)
    }

    /// As many values in place of one as operations read it. Their gradients are added from the last to the first.
    mutating func fork(_ input: Value, readers: Int) -> [Value] {
        var (values, rest): ([Value], Value) = ([], input)
        for _ in 1..<readers {
            let (first, second) = fork(rest)
            values.append(first)
            rest = second
        }
        return values + [rest]
    }

    /// `first + second`, added by the operation that writes `first` if it can do that.
    mutating func sum(_ first: Value, _ second: Value) -> Value {
        if let index = operations.lastIndex(where: { $0.output == first.id }),
            let fused = operations[index].fusingSum(with: second.id)
        {
            // It comes after whatever makes `second`, and leaves the gradient of the sum where that of `second` lies.
            operations.remove(at: index)
            append(fused)
            gradientPlaces[first.id] = gradientPlaces[second.id]
            return first
        }
        // The gradient of `first` lies where that of the sum does.
        let output = value(shape: first.shape, gradientSharedWith: first)
        append(
            SumOperation(
                layer: scope, first: first.id, second: second.id, output: output.id, count: first.shape.count))
        return output
    }

    // MARK: Operations

    public mutating func append(_ operation: any Operation) {
        let learns = operation.hasParameters || operation.reads.contains { needsGradient[$0] }
        for id in operation.writes { needsGradient[id] = learns }
        operations.append(operation)
    }

    /// Lets the operation that writes `value` apply an activation as it writes. Returns false if it cannot.
    mutating func fuse(_ activation: Activation, into value: Value) -> Bool {
        guard let last = operations.indices.last, operations[last].output == value.id,
            let fused = operations[last].fusing(activation)
        else { return false }
        operations[last] = fused
        return true
    }

    /// Takes the derivative of a fused activation over from the operation that writes `value`: whoever calls this
    /// multiplies the gradient it computes for `value` by the derivative of the activation returned. Identity if there
    /// is none.
    mutating func takeOverActivationGradient(of value: Value) -> Activation {
        guard let index = operations.lastIndex(where: { $0.output == value.id }),
            let (operation, activation) = operations[index].handingOverActivationGradient()
        else { return .identity }
        operations[index] = operation
        return activation
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
    mutating func scoped(to layer: any Layer, input: Value) throws -> Value {
        let kind = type(of: layer).kind
        let ordinal = (ordinals[ordinals.count - 1][kind] ?? 0) + 1
        ordinals[ordinals.count - 1][kind] = ordinal
        let name = layer.name ?? "\(kind)\(ordinal)"
        guard !name.isEmpty, name != ".",
            name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "_-.".contains($0)) })
        else {
            throw NetworkError.invalidLayer(
                layer: (path + [name]).joined(separator: "/"),
                problem: "a layer's name is made of ASCII letters, digits, '_', '-' and '.'")
        }
        return try scoped(to: name) { graph in
            let entry = graph.layers.count
            let before = graph.layout.elementCount
            graph.layers.append(LayerSummary(name: graph.scope, outputShape: input.shape, parameterCount: 0))
            let output = try layer.build(in: &graph, input: input)
            graph.layers[entry] = LayerSummary(
                name: graph.scope, outputShape: output.shape, parameterCount: graph.layout.elementCount - before)
            return output
        }
    }

    /// Builds layers under a name within the layer being built: those of a branch.
    mutating func scoped(to name: String, _ build: (inout Graph) throws -> Value) throws -> Value {
        path.append(name)
        ordinals.append([:])
        defer {
            path.removeLast()
            ordinals.removeLast()
        }
        guard namesInUse.insert(scope).inserted else { throw NetworkError.duplicateName(scope) }
        return try build(&self)
    }
}

/// A line of a network's summary.
public struct LayerSummary: Sendable, Equatable {
    public let name: String
    /// The shape of one sample's output.
    public let outputShape: Shape
    /// Parameters of the layer and of those inside it.
    public let parameterCount: Int
}
