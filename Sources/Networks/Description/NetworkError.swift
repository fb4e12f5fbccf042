/// Why a description cannot become a network. Each case names the layer as the summary and the checkpoint do.
public enum NetworkError: Error, Equatable, CustomStringConvertible {
    /// A layer got a shape it cannot work on. The hint, if any, says what to do.
    case shapeMismatch(layer: String, expected: String, found: Shape, hint: String = "")
    /// A layer's own description makes no sense, such as a dropout probability of 2.
    case invalidLayer(layer: String, problem: String)
    /// Two layers were given the same name.
    case duplicateName(String)
    /// The network's output does not fit the loss or the targets of the data set.
    case outputMismatch(loss: String, expected: String, found: Shape)
    /// The network or the loss has nothing to work on, or a value out of range.
    case invalidNetwork(problem: String)

    public var description: String {
        switch self {
        case .shapeMismatch(let layer, let expected, let found, let hint):
            "layer \(layer): expected an input of shape \(expected), found \(found)"
                + (hint.isEmpty ? "" : ": \(hint)")
        case .invalidLayer(let layer, let problem):
            "layer \(layer): \(problem)"
        case .duplicateName(let name):
            "two layers are called \(name): give one of them another name"
        case .outputMismatch(let loss, let expected, let found):
            "loss \(loss): expected a network output of shape \(expected), found \(found)"
        case .invalidNetwork(let problem):
            problem
        }
    }
}
