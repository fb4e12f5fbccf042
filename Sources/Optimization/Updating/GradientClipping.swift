import Networks

/// What is done about gradients that are too large, before the optimizer sees them.
package enum GradientClipping: Sendable, Equatable {
    /// Elements beyond ±limit become the limit.
    case value(Double)
    /// All gradients are scaled down so that their norm is no more than this (Pascanu, Mikolov, Bengio 2013).
    case norm(Double)
    /// The gradients of each layer, its weight and bias together, are scaled down so that their norm is no more than
    /// this.
    case layerNorm(Double)

    /// Whether all gradients must be known before the first is scaled.
    package var needsNorms: Bool {
        if case .value = self { false } else { true }
    }
}

/// Sums of squares by block, put together to norms and to the factors that clip gradients.
///
/// `@unchecked Sendable`: `update` is the leader's, between the phases in which workers read the factors.
final class GradientScales: @unchecked Sendable {
    private let clipping: GradientClipping
    /// The parameter of each block, and the layer of each parameter.
    private let parameterOfBlock: [Int]
    private let layerOfParameter: [Int]
    /// Sums of squares, by layer.
    private var squares: [Double]
    /// What gradients are multiplied by, by parameter.
    private var scales: [Float]

    /// - Parameter blocks: those that count.
    init(_ clipping: GradientClipping, blocks: [ParameterBlock], layout: ParameterLayout) {
        self.clipping = clipping
        parameterOfBlock = blocks.map(\.parameter)
        let layers = layout.parameters.map(\.layerName)
        let names = layers.reduce(into: [String]()) { if $0.last != $1 { $0.append($1) } }
        layerOfParameter = layers.map { names.firstIndex(of: $0)! }
        squares = Array(repeating: 0, count: names.count)
        scales = Array(repeating: 1, count: layers.count)
    }

    /// What the gradients of a parameter are multiplied by.
    subscript(parameter: Int) -> Float { scales[parameter] }

    /// Computes the factors. Sums are taken in the order of blocks and in Double, so that they are always the same.
    ///
    /// - Parameter blockSquares: the sum of squares of each block's gradient.
    /// - Returns: the global norm before clipping.
    func update(_ blockSquares: UnsafePointer<Float>) -> Double {
        for layer in squares.indices { squares[layer] = 0 }
        var total = 0.0
        for block in parameterOfBlock.indices {
            squares[layerOfParameter[parameterOfBlock[block]]] += Double(blockSquares[block])
            total += Double(blockSquares[block])
        }
        let norm = total.squareRoot()
        for parameter in scales.indices {
            // The small number keeps a norm of zero from dividing; it is PyTorch's.
            switch clipping {
            case .value: break
            case .norm(let limit): scales[parameter] = Float(min(1, limit / (norm + 1e-6)))
            case .layerNorm(let limit):
                let norm = squares[layerOfParameter[parameter]].squareRoot()
                scales[parameter] = Float(min(1, limit / (norm + 1e-6)))
            }
        }
        return norm
    }
}
