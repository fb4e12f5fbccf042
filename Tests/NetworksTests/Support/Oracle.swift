import Foundation

@testable import Networks

/// What a description means, in Double and plain loops. Shares the description's types with the code under test and
/// nothing else; its gradients are central differences.
struct Oracle {
    var parameters: [String: [Double]] = [:]
    /// What each dropout layer that drops multiplies its input by, `[rows, columns]`, in the order of the layers.
    var dropoutFactors: [[Double]] = []
    /// Whether a parameter stays as it is.
    var isFrozen: (String) -> Bool = { _ in false }

    /// The output `[rows, …]` of a network for the input `x` `[rows, shape…]`.
    func output(of network: Network, _ x: [Double], shape: Shape, rows: Int) -> [Double] {
        var dropouts = dropoutFactors[...]
        return walk(network, x, shape.dimensions, rows, prefix: "", &dropouts).values
    }

    private func walk(
        _ network: Network, _ x: [Double], _ dimensions: [Int], _ rows: Int, prefix: String,
        _ dropouts: inout ArraySlice<[Double]>
    ) -> (values: [Double], dimensions: [Int]) {
        var (x, dimensions) = (x, dimensions)
        var counts: [String: Int] = [:]
        for layer in network.layers {
            let kind = type(of: layer).kind
            counts[kind, default: 0] += 1
            let name = prefix + (layer.name ?? "\(kind)\(counts[kind]!)")
            switch layer {
            case let linear as Linear:
                x = self.linear(x, inputs: dimensions.last!, outputs: linear.outputs, name)
                dimensions[dimensions.count - 1] = linear.outputs
            case let convolution as any ConvolutionLayer: x = self.convolution(convolution, x, &dimensions, name)
            case let pool as any PoolingLayer:
                let isMaximum = layer is MaxPool || layer is MaxPool1D
                x = self.pool(pool.window, x, &dimensions) {
                    isMaximum ? $0.max()! : $0.reduce(0, +) / Double($0.count)
                }
            case is GlobalAveragePool:
                let plane = dimensions.dropLast()
                let whole = Window(plane.count == 1 ? Extent(1, plane[0]) : Extent(plane[0], plane[1]))
                x = self.pool(whole, x, &dimensions) { $0.reduce(0, +) / Double($0.count) }
                dimensions = [dimensions.last!]
            case let upsampling as any UpsamplingLayer: x = upsample(upsampling.factor, x, &dimensions)
            case let reshape as Reshape: dimensions = reshape.dimensions
            case let normalization as BatchNormalization:
                x = batchNormalization(x, channels: dimensions.last!, epsilon: normalization.epsilon, name)
            case let normalization as GroupNormalization:
                let samples = chunks(of: x, count: x.count / rows)
                x = samples.flatMap {
                    groupNormalization(
                        $0, channels: dimensions.last!, groups: normalization.groups, normalization.epsilon, name)
                }
            case let normalization as LayerNormalization:
                x = chunks(of: x, count: dimensions.last!).flatMap {
                    groupNormalization($0, channels: $0.count, groups: 1, normalization.epsilon, name)
                }
            case is Flatten: dimensions = [dimensions.reduce(1, *)]
            case is Softmax: x = softmax(x, columns: dimensions.last!)
            case let dropout as Dropout where dropout.probability > 0:
                x = zip(x, dropouts.popFirst()!).map { $0 * $1 }
            case let residual as Residual:
                let branch = walk(residual.network, x, dimensions, rows, prefix: name + "/", &dropouts)
                let skip = residual.projection.map {
                    walk($0, x, dimensions, rows, prefix: name + "/projection/", &dropouts)
                }
                x = zip(skip?.values ?? x, branch.values).map { $0 + $1 }
                dimensions = branch.dimensions
            case let concatenate as Concatenate:
                let parts = concatenate.branches.enumerated().map {
                    walk($1, x, dimensions, rows, prefix: "\(name)/branch\($0 + 1)/", &dropouts)
                }
                let channels = parts.map { $0.dimensions.last! }
                dimensions = parts[0].dimensions.dropLast() + [channels.reduce(0, +)]
                x = (0..<parts[0].values.count / channels[0]).flatMap { pixel in
                    zip(parts, channels).flatMap { $0.values[pixel * $1..<(pixel + 1) * $1] }
                }
            case let activation as any ActivationLayer: x = x.map { Self.apply(activation, $0) }
            default: break  // a layer of the tests that computes nothing
            }
        }
        return (x, dimensions)
    }

    private func linear(_ x: [Double], inputs: Int, outputs: Int, _ name: String) -> [Double] {
        let weight = parameters[name + "/weight"]!
        let bias = parameters[name + "/bias"] ?? Array(repeating: 0, count: outputs)
        return (0..<x.count / inputs).flatMap { row in
            (0..<outputs).map { column in
                (0..<inputs).reduce(bias[column]) { $0 + x[row * inputs + $1] * weight[$1 * outputs + column] }
            }
        }
    }

    /// Over all of `x`, a batch that is one shard, or by frozen statistics.
    private func batchNormalization(_ x: [Double], channels: Int, epsilon: Double, _ name: String) -> [Double] {
        let (scale, offset) = (parameters[name + "/scale"]!, parameters[name + "/offset"]!)
        var y = x
        for c in 0..<channels {
            let places = stride(from: c, to: x.count, by: channels)
            let count = Double(x.count / channels)
            var mean = places.reduce(0) { $0 + x[$1] } / count
            var variance = places.reduce(0) { $0 + (x[$1] - mean) * (x[$1] - mean) } / count
            if isFrozen(name + "/mean") {
                (mean, variance) = (parameters[name + "/mean"]![c], parameters[name + "/variance"]![c])
            }
            for place in places {
                y[place] = (x[place] - mean) / (variance + epsilon).squareRoot() * scale[c] + offset[c]
            }
        }
        return y
    }

    private func chunks(of x: [Double], count: Int) -> [[Double]] {
        stride(from: 0, to: x.count, by: count).map { Array(x[$0..<$0 + count]) }
    }

    /// Over the pixels and channels of each group of one image.
    private func groupNormalization(
        _ x: [Double], channels: Int, groups: Int, _ epsilon: Double, _ name: String
    ) -> [Double] {
        let (scale, offset) = (parameters[name + "/scale"]!, parameters[name + "/offset"]!)
        func group(_ place: Int) -> Int { place % channels / (channels / groups) }
        var y = x
        for index in 0..<groups {
            let places = x.indices.filter { group($0) == index }
            let mean = places.reduce(0) { $0 + x[$1] } / Double(places.count)
            let variance = places.reduce(0) { $0 + (x[$1] - mean) * (x[$1] - mean) } / Double(places.count)
            for place in places {
                let c = place % channels
                y[place] = (x[place] - mean) / (variance + epsilon).squareRoot() * scale[c] + offset[c]
            }
        }
        return y
    }

    private func softmax(_ x: [Double], columns: Int) -> [Double] {
        stride(from: 0, to: x.count, by: columns).flatMap { first -> [Double] in
            let row = x[first..<first + columns]
            let powers = row.map { exp($0 - row.max()!) }
            return powers.map { $0 / powers.reduce(0, +) }
        }
    }

    static func apply(_ layer: any ActivationLayer, _ x: Double) -> Double {
        switch layer.activation {
        case .identity: x
        case .relu: max(x, 0)
        case .leakyRelu(let slope): x > 0 ? x : Double(slope) * x
        case .sigmoid: 1 / (1 + exp(-x))
        case .tanh: tanh(x)
        case .gelu: x * 0.5 * (1 + erf(x / 2.0.squareRoot()))
        case .silu: x / (1 + exp(-x))
        }
    }
}

/// What a loss means: the loss of each row, before the mean.
func oracleRowLosses(
    _ loss: Loss, _ output: [Double], labels: [Int] = [], targets: [Double] = [], columns: Int
) -> [Double] {
    stride(from: 0, to: output.count, by: columns).map { first in
        let x = Array(output[first..<first + columns])
        let t = targets.isEmpty ? [] : Array(targets[first..<first + columns])
        func sum(_ term: (Double, Double) -> Double) -> Double { zip(x, t).reduce(0) { $0 + term($1.0, $1.1) } }
        switch loss {
        case .crossEntropy(let smoothing, let weights):
            let logSum = x.max()! + log(x.reduce(0) { $0 + exp($1 - x.max()!) })
            return x.indices.reduce(0) { partial, c in
                let share = smoothing / Double(columns) + (c == labels[first / columns] ? 1 - smoothing : 0)
                return partial + share * (weights?[c] ?? 1) * (logSum - x[c])
            }
        case .binaryCrossEntropy: return sum { x, t in t * log(1 + exp(-x)) + (1 - t) * log(1 + exp(x)) }
        case .meanSquaredError: return sum { x, t in (x - t) * (x - t) }
        case .huber(let delta):
            return sum { x, t in
                abs(x - t) <= delta ? (x - t) * (x - t) / 2 : delta * (abs(x - t) - delta / 2)
            }
        }
    }
}

/// The gradient of `f` at `x`, good to about 1e-9 of f's size.
func centralDifferences(_ x: [Double], of f: ([Double]) -> Double) -> [Double] {
    x.indices.map { index in
        let step = 1e-5 * max(1, abs(x[index]))
        var moved = x
        moved[index] = x[index] + step
        let above = f(moved)
        moved[index] = x[index] - step
        return (above - f(moved)) / (2 * step)
    }
}

func dot(_ a: [Double], _ b: [Float]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * Double($1.1) } }
