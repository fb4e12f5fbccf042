/// A line of a network's summary.
public struct LayerSummary: Sendable, Equatable {
    public let name: String
    /// The shape of one sample's output.
    public let outputShape: Shape
    /// Parameters of the layer and of those inside it.
    public let parameterCount: Int
}
