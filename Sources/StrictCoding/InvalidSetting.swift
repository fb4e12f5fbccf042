/// A setting whose value makes no sense: `optimizer.adam.beta1: expected a number in 0 ..< 1, found 1.5`
public struct InvalidSetting: Error, Equatable, CustomStringConvertible {
    /// The field of a configuration that is wrong.
    public let field: String
    public let expected: String
    public let found: String

    public init(_ field: String, expected: String, found: Any) {
        self.field = field
        self.expected = expected
        self.found = "\(found)"
    }

    public var description: String { "\(field): expected \(expected), found \(found)" }
}
