import TestSupport

@testable import Networks

/// A network of up to about 20 layers on an input of `width` features, blocks of branches nested up to `depth` deep.
func randomNetwork(width: Int, depth: Int = 3, keepsWidth: Bool = false, _ random: inout SeededGenerator) -> Network {
    var layers: [any Layer] = []
    var current = width
    for _ in 0..<Int.random(in: 0...4, using: &random) {
        func block(keepsWidth: Bool) -> Network {
            randomNetwork(width: current, depth: depth - 1, keepsWidth: keepsWidth, &random)
        }
        switch Int.random(in: 0..<16, using: &random) {
        case 0, 1, 2:
            current = Int.random(in: 1...20, using: &random)
            layers.append(Linear(current, bias: Bool.random(using: &random)))
        case 3: layers.append(Dropout([0, 0.3].randomElement(using: &random)!))
        case 4: layers.append(Flatten())
        case 5: layers.append(Softmax())
        case 6, 7, 8:
            guard depth > 0 else { continue }
            layers.append(Residual(block(keepsWidth: true)))
        case 9:
            guard depth > 0 else { continue }
            let end = Linear(Int.random(in: 1...20, using: &random))
            layers.append(
                Residual(
                    Network(block(keepsWidth: false).layers + [end]),
                    projection: Network(block(keepsWidth: false).layers + [end])))
            current = end.outputs
        case 10:
            guard depth > 0 else { continue }
            let branches = (0..<Int.random(in: 2...4, using: &random)).map { _ in block(keepsWidth: true) }
            let end = Linear(Int.random(in: 1...20, using: &random))
            layers += [Concatenate(branches), end]
            current = end.outputs
        case 11: layers.append(LayerNormalization(epsilon: 0.1))
        case 12: layers.append(GroupNormalization(1, epsilon: 0.1))
        default:
            let activations: [any Layer] = [ReLU(), LeakyReLU(), Sigmoid(), Tanh(), GELU(), SiLU()]
            layers.append(activations.randomElement(using: &random)!)
        }
    }
    if keepsWidth, current != width { layers.append(Linear(width)) }
    return Network(layers)
}

extension Network {
    /// The same network, which drops nothing.
    var withoutDropout: Network {
        Network(
            layers.compactMap { layer -> (any Layer)? in
                switch layer {
                case is Dropout: nil
                case let residual as Residual:
                    Residual(
                        residual.network.withoutDropout, projection: residual.projection?.withoutDropout,
                        name: residual.name)
                case let concatenate as Concatenate:
                    Concatenate(concatenate.branches.map(\.withoutDropout), name: concatenate.name)
                default: layer
                }
            })
    }
}
