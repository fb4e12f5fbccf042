/// A graph on its way to a plan: operations in order, and the values between them.
///
/// The compiler goes over it pass by pass: forks, so that each value is read once; fusion, so that kernels do in one go
/// what they can; then the places of values in memory (`Placement`).
struct Program {
    let mode: Graph.Mode
    var operations: [any Operation]
    /// By their id. Not all are in use: a pass may leave some out.
    private(set) var values: [Value]
    /// Whether anything before a value learns.
    private(set) var needsGradient: [Bool]
    let input: Value
    var output: Value

    init(_ graph: Graph, input: Value, output: Value) {
        mode = graph.mode
        operations = graph.operations
        values = graph.values
        needsGradient = graph.needsGradient
        self.input = input
        self.output = output
    }

    /// A value like another.
    mutating func value(like id: Value.ID) -> Value.ID {
        let (other, copy) = (values[id], values.count)
        values.append(Value(id: copy, shape: other.shape, elementType: other.elementType))
        needsGradient.append(needsGradient[id])
        return copy
    }
}
