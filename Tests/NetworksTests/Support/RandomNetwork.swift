import TestSupport

@testable import Networks

/// A network of up to about 20 layers on an input of `width` features, residual blocks nested up to `depth` deep.
func randomNetwork(width: Int, depth: Int = 3, keepsWidth: Bool = false, _ random: inout SeededGenerator) -> Network {
    var layers: [any Layer] = []
    var current = width
    for _ in 0..<Int.random(in: 0...4, using: &random) {
        switch Int.random(in: 0..<12, using: &random) {
        case 0, 1, 2:
            current = Int.random(in: 1...20, using: &random)
            layers.append(Linear(current, bias: Bool.random(using: &random)))
        case 3: layers.append(Dropout([0, 0.3].randomElement(using: &random)!))
        case 4: layers.append(Flatten())
        case 5: layers.append(Softmax())
        case 6, 7, 8:
            guard depth > 0 else { continue }
            layers.append(Residual(randomNetwork(width: current, depth: depth - 1, keepsWidth: true, &random)))
        default:
            let activations: [any Layer] = [ReLU(), LeakyReLU(), Sigmoid(), Tanh(), GELU(), SiLU()]
            layers.append(activations.randomElement(using: &random)!)
        }
    }
    if keepsWidth, current != width { layers.append(Linear(width)) }
    return Network(layers)
}
