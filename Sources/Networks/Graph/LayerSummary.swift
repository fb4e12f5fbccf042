/// A line of a network's summary.
package struct LayerSummary: Sendable, Equatable {
    package let name: String
    /// The shape of one sample's output.
    package let outputShape: Shape
    /// Parameters of the layer and of those inside it.
    package let parameterCount: Int
}
