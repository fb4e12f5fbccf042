import Kernels

extension Program {
    /// Joins operations that kernels can do in one go: fewer passes over memory, and the same bits.
    ///
    /// Each operation is looked at in order, after those it reads from have been:
    ///
    /// - An activation becomes part of the operation before it, which applies it as it writes.
    /// - A residual sum becomes part of the operation that makes its first part, which then adds the second as it
    ///   writes. That operation comes after whatever makes the second.
    /// - The derivative of an activation that has become part of an operation is left to the reader of its output,
    ///   which multiplies by it as it writes the gradient.
    ///
    /// Of the last there is one case in which other bits are possible, and those that a plan has had from the beginning
    /// are those of the fused form: a maximum over windows that overlap after an activation other than a rectifier. A
    /// value may be the largest of several windows, and Σ dy · f' is not always (Σ dy) · f'.
    ///
    /// Each value must be read once, as after `insertForks`.
    mutating func fuse() {
        var fused: [(any Operation)?] = []
        fused.reserveCapacity(operations.count)
        /// Where in `fused` the operation is that writes a value; -1 for none.
        var writers = [Int](repeating: -1, count: values.count)

        func writer<Kind>(of id: Value.ID, as kind: Kind.Type) -> (place: Int, operation: Kind)? {
            guard writers[id] >= 0, let operation = fused[writers[id]] as? Kind else { return nil }
            return (writers[id], operation)
        }
        func append(_ operation: any Operation) {
            for id in operation.writes { writers[id] = fused.count }
            fused.append(operation)
        }
        for var operation in operations {
            if let next = operation as? ActivationOperation, !next.activation.gradientUsesInput,
                case (let place, var before)? = writer(of: next.input, as: (any ActivatedOperation).self),
                before.activation == .identity
            {
                before.activation = next.activation
                before.output = next.output
                fused[place] = before
                writers[next.output] = place
                continue
            }
            if let sum = operation as? SumOperation,
                case (let place, var before)? = writer(of: sum.first, as: (any SummingOperation).self),
                before.activation == .identity, before.addend == nil
            {
                before.addend = sum.second
                before.output = sum.output
                fused[place] = nil
                append(before)
                continue
            }
            if var next = operation as? any DifferentiatingOperation, next.differentiatesInput,
                case (let place, var before)? = writer(of: next.input, as: (any ActivatedOperation).self),
                before.activation != .identity, !before.isGradientHandedOver
            {
                before.isGradientHandedOver = true
                next.inputActivation = before.activation
                fused[place] = before
                operation = next
            }
            append(operation)
        }
        operations = fused.compactMap { $0 }
    }
}
