/// What the elements of a value are.
public enum ElementType: Sendable {
    case float32

    /// Bytes of an element.
    public var size: Int {
        switch self {
        case .float32: MemoryLayout<Float>.size
        }
    }
}
