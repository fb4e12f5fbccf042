import Kernels
import StrictCoding

/// Gives its input to each of its branches and joins their outputs along the last dimension, which are channels.
/// Szegedy et al. 2014, arXiv:1409.4842.
///
/// - Input: any shape; output: `[..., channels]` with the sum of the branches' channels.
///
/// A branch without layers passes the input on. The layers of branches are named under `branch1`, `branch2`, ….
public struct Concatenate: Layer {
    public static let kind = "concatenate"

    /// At least two. All outputs have the same dimensions but for the last.
    public var branches: [Network]
    public var name: String?

    public init(_ branches: [Network], name: String? = nil) {
        self.branches = branches
        self.name = name
    }

    public init(_ branches: Network..., name: String? = nil) { self.init(branches, name: name) }

    public func build(in graph: inout Graph, input: Value) throws -> Value {
        guard branches.count >= 2 else {
            throw NetworkError.invalidLayer(
                layer: graph.scope, problem: "expected two branches or more, found \(branches.count)")
        }
        let outputs = try branches.enumerated().map { index, branch in
            try branch.build(in: &graph, input: input, under: "branch\(index + 1)")
        }
        let plane = outputs[0].shape.dimensions.dropLast()
        guard outputs.allSatisfy({ !$0.shape.dimensions.isEmpty && $0.shape.dimensions.dropLast() == plane }) else {
            let shapes = outputs.enumerated().map { "branch\($0 + 1) \($1.shape)" }
            throw NetworkError.invalidLayer(
                layer: graph.scope,
                problem: "its branches have outputs of the shapes \(shapes.joined(separator: ", ")): "
                    + "expected the same but for the last dimension")
        }
        return graph.concatenation(outputs)
    }
}

extension Graph {
    /// The values joined along their last dimension.
    fileprivate mutating func concatenation(_ inputs: [Value]) -> Value {
        let channels = inputs.map(\.shape.features)
        let plane = inputs[0].shape.dimensions.dropLast()
        let output = value(shape: Shape(plane + [channels.reduce(0, +)]))
        append(
            ConcatenationOperation(
                layer: scope, inputs: inputs.map(\.id), channels: channels, output: output.id,
                outputChannels: output.shape.features, pixels: plane.reduce(1, *)))
        return output
    }
}

extension Concatenate {
    private enum CodingKeys: String, CodingKey, CaseIterable { case branches, name }

    private struct Description: Codable {
        var layer: Concatenate

        init(_ layer: Concatenate) { self.layer = layer }

        init(from decoder: any Decoder) throws {
            if let branches = try decoder.shorthand([Network].self) {
                layer = Concatenate(branches)
                return
            }
            let fields = try decoder.strictContainer(keyedBy: CodingKeys.self)
            layer = Concatenate(
                try fields.value([Network].self, forKey: .branches),
                name: try fields.valueIfPresent(String.self, forKey: .name))
        }

        func encode(to encoder: any Encoder) throws {
            guard layer.name != nil else { return try layer.branches.encode(to: encoder) }
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(layer.branches, forKey: .branches)
            try fields.encodeIfPresent(layer.name, forKey: .name)
        }
    }

    public init(from tagged: Tagged) throws { self = try tagged.value(Description.self).layer }

    public func encodeTagged(to encoder: any Encoder) throws {
        try encoder.encodeTagged(Self.kind, Description(self))
    }
}
