/// A value that operations hand on: one row of elements a sample, under a shape.
public struct Value: Sendable {
    public typealias ID = Int
    public let id: ID
    /// The shape of one sample.
    public let shape: Shape
    public let elementType: ElementType

    /// What a sample takes.
    var bytes: Int { shape.count * elementType.size }
}
