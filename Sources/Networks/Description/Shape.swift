/// The shape of one sample or of one tensor: its dimensions, outermost first. The batch is never part of it.
public struct Shape: Sendable, Hashable, CustomStringConvertible {
    public let dimensions: [Int]
    /// The number of elements: 1 for a scalar.
    public let count: Int

    /// - Precondition: no dimension is negative and their product does not overflow.
    public init(_ dimensions: [Int]) {
        precondition(dimensions.allSatisfy { $0 >= 0 }, "a dimension is negative: \(dimensions)")
        self.dimensions = dimensions
        count = dimensions.reduce(1, *)
    }

    /// No output of a layer has more elements: 4 TiB. Keeps a slip of the pen from overflowing the numbers of the
    /// layout.
    static let largestCount = 1 << 40

    /// The innermost dimension, the one a linear layer works on: 1 for a scalar.
    public var features: Int { dimensions.last ?? 1 }

    public var description: String { "[\(dimensions.map(String.init).joined(separator: ", "))]" }
}

extension Shape: ExpressibleByArrayLiteral {
    public init(arrayLiteral elements: Int...) { self.init(elements) }
}
