/// One of the three matrix products of a linear layer, for a micro-batch.
package struct ProductShape: Sendable, Equatable {
    package enum Pass: String, Sendable, Encodable, CaseIterable {
        /// Y = relu(X·W + b), with W packed.
        case forward
        /// dX = dY·Wᵀ, times the derivative of the activation before it, with Wᵀ packed.
        case inputGradient
        /// dW += Xᵀ·dY, as every micro-batch of a shard but the first does it.
        case weightGradient
    }

    package let inputs: Int
    package let outputs: Int
    package let rows: Int
    package let pass: Pass

    /// The networks whose layers are timed, by their widths: a line adds one.
    static let networks = [
        [784, 512, 256, 10],
        [784, 2048, 2048, 10],
    ]

    /// Rows of a micro-batch.
    static let rowCounts = [64, 128, 256, 512]

    /// The products of all networks; those of one layer and pass follow each other.
    static let layers: [ProductShape] = networks.flatMap { widths in
        zip(widths, widths.dropFirst()).enumerated().flatMap { index, layer in
            // Nothing before the first layer learns.
            Pass.allCases.filter { index > 0 || $0 != .inputGradient }.flatMap { pass in
                rowCounts.map { ProductShape(inputs: layer.0, outputs: layer.1, rows: $0, pass: pass) }
            }
        }
    }

    /// The product that everybody compares, in each pass.
    static let squares = Pass.allCases.map {
        ProductShape(inputs: 1024, outputs: 1024, rows: 1024, pass: $0)
    }

    /// Floating-point operations.
    var flops: Double { 2 * Double(inputs) * Double(outputs) * Double(rows) }
}
