import Kernels

/// What the backward passes of activated operations begin with.
extension Frame {
    /// `dZ = dY · f'(Y)`, in the place of dY.
    ///
    /// - Parameters:
    ///   - output: Y, which has a gradient.
    ///   - activation: f, or identity if the reader of Y has multiplied by f'.
    ///   - count: elements of a sample's Y.
    func preactivationGradient(
        of output: Value.ID, _ activation: Activation, count: Int
    ) -> UnsafeMutablePointer<Float> {
        let dz = gradient(output)!
        if activation != .identity {
            kernels.activationGradient(activation, saved: value(output), dy: dz, into: dz, count: rows * count)
        }
        return dz
    }

    /// `db += Σ rows of dZ`.
    ///
    /// - Parameter scratch: as many floats as the bias has.
    func addBiasGradient(
        _ bias: Parameter, _ dz: UnsafePointer<Float>, rows: Int, scratch: UnsafeMutablePointer<Float>
    ) {
        let db = parameterGradients + bias.offset
        let sums = addsGradients ? scratch : db
        kernels.columnSums(dz, rows: rows, columns: bias.count, start: gradientStart, into: sums)
        if addsGradients { kernels.add(sums, into: db, count: bias.count) }
    }
}
