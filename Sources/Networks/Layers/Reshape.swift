import StrictCoding

/// Reads a sample of any shape under another one of as many elements, such as a grey image without channels as one of a
/// channel. Costs nothing: the output is the input under another shape.
public struct Reshape: Layer {
    public static let kind = "reshape"

    /// The new shape, outermost dimension first.
    public var dimensions: [Int]

    public init(_ dimensions: [Int]) { self.dimensions = dimensions }

    public func build(in graph: inout Graph, input: Value) throws -> Value {
        func refuse(_ problem: String) -> NetworkError { .invalidLayer(layer: graph.scope, problem: problem) }
        guard !dimensions.isEmpty, dimensions.allSatisfy({ $0 > 0 }) else {
            throw refuse("the shape is \(dimensions), expected dimensions of 1 or more")
        }
        // Product by product, since numbers of the user's may overflow.
        let count = dimensions.reduce(1 as Int?) { product, dimension in
            guard let (value, overflows) = product?.multipliedReportingOverflow(by: dimension) else { return nil }
            return overflows ? nil : value
        }
        guard count == input.shape.count else {
            let elements = count.map { "\($0) elements" } ?? "more elements than can be counted"
            throw refuse(
                "a shape of \(dimensions) has \(elements), the input of shape \(input.shape) has \(input.shape.count)")
        }
        return graph.reshaped(input, to: Shape(dimensions))
    }

    public init(from tagged: Tagged) throws { self.init(try tagged.value([Int].self)) }
    public func encodeTagged(to encoder: any Encoder) throws { try encoder.encodeTagged(Self.kind, dimensions) }
}
