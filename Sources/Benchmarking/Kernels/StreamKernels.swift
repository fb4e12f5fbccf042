import Kernels

/// A kernel that passes over its operands once, with its operands.
struct StreamKernel {
    let name: String
    let elements: Int
    /// Read and written, an element.
    let bytes: Int
    let body: () -> Void
}

/// Every kernel that passes over its operands once, on operands of 64 KiB each, which the second-level cache holds.
final class StreamKernels {
    private let kernels: any KernelTable.Type
    private let count = 16_000
    private let columns = 500
    private let buffers: [AlignedBuffer]
    private let x, y, z, w: UnsafeMutablePointer<Float>

    init(kernels: any KernelTable.Type) {
        self.kernels = kernels
        let count = self.count
        buffers = (0..<4).map { _ in AlignedBuffer(count: count) }
        (x, y, z, w) = (buffers[0].pointer, buffers[1].pointer, buffers[2].pointer, buffers[3].pointer)
    }

    /// Fills all operands anew, since kernels that work in place let them grow.
    func refill() {
        for (index, buffer) in buffers.enumerated() {
            kernels.uniform(into: buffer.pointer, count: count, seed: 1, stream: UInt32(index), low: 0, high: 1)
        }
    }

    var all: [StreamKernel] {
        activations + elementwise + reductions + losses + optimizers + batches + packing + random
    }

    private func kernel(_ name: String, bytes: Int, _ body: @escaping () -> Void) -> StreamKernel {
        StreamKernel(name: name, elements: count, bytes: bytes, body: body)
    }

    private var activations: [StreamKernel] {
        let named: [(String, Activation)] = [
            ("relu", .relu), ("sigmoid", .sigmoid), ("tanh", .tanh), ("gelu", .gelu), ("silu", .silu),
        ]
        return named.flatMap { name, activation in
            [
                kernel(name, bytes: 8) { [self] in kernels.activate(activation, x, into: y, count: count) },
                kernel(name + " gradient", bytes: 12) { [self] in
                    kernels.activationGradient(activation, saved: x, dy: y, into: z, count: count)
                },
            ]
        }
    }

    private var elementwise: [StreamKernel] {
        [
            kernel("add", bytes: 12) { [self] in kernels.add(x, into: y, count: count) },
            kernel("dropout", bytes: 8) { [self] in
                kernels.dropout(
                    x, into: y, rows: count / columns, pixels: 1, columns: columns, probability: 0.5, seed: 1, step: 1,
                    layer: 1, firstRow: 0)
            },
        ]
    }

    private var reductions: [StreamKernel] {
        let sources = [UnsafePointer<Float>](repeating: UnsafePointer(x), count: 8)
        return [
            kernel("column sums", bytes: 4) { [self] in
                kernels.columnSums(x, rows: count / columns, columns: columns, start: .zero, into: y)
            },
            kernel("sum", bytes: 4) { [self] in w[0] = kernels.sum(x, count: count) },
            kernel("sum of squares", bytes: 4) { [self] in w[0] = kernels.sumOfSquares(x, count: count) },
            kernel("first non-finite", bytes: 4) { [self] in w[0] = Float(kernels.firstNonFinite(x, count: count)) },
            kernel("tree sum of 8", bytes: 36) { [self] in
                kernels.treeSum(sources, sourceCount: 8, offset: 0, count: count, into: y)
            },
        ]
    }

    private var losses: [StreamKernel] {
        let classifiers = [10, columns].flatMap { columns in
            let rows = count / columns
            let labels = (0..<rows).map { Int32($0 % columns) }
            let integers = UnsafeMutableRawPointer(z).assumingMemoryBound(to: Int32.self)
            return [
                kernel("softmax of \(columns)", bytes: 8) { [self] in
                    kernels.softmax(x, into: y, rows: rows, columns: columns)
                },
                kernel("softmax gradient of \(columns)", bytes: 12) { [self] in
                    kernels.softmaxGradient(y: x, dy: y, into: z, rows: rows, columns: columns)
                },
                kernel("cross-entropy of \(columns)", bytes: 8) { [self] in
                    kernels.softmaxCrossEntropy(
                        logits: x, labels: labels, classWeights: nil, labelSmoothing: 0, rows: rows, columns: columns,
                        scale: 1, losses: z, gradient: y)
                },
                kernel("cross-entropy of mixtures of \(columns)", bytes: 8) { [self] in
                    kernels.mixedCrossEntropy(
                        logits: x, labels: labels, otherLabels: labels, shares: w, classWeights: nil, labelSmoothing: 0,
                        rows: rows, columns: columns, scale: 1, losses: z, gradient: y)
                },
                kernel("argmax of \(columns)", bytes: 4) { [self] in
                    kernels.argmax(x, rows: rows, columns: columns, into: integers)
                },
                kernel("label ranks of \(columns)", bytes: 4) { [self] in
                    kernels.labelRanks(x, labels: labels, rows: rows, columns: columns, into: integers)
                },
            ]
        }
        let rows = count / columns
        return classifiers + [
            kernel("binary cross-entropy", bytes: 12) { [self] in
                kernels.binaryCrossEntropy(
                    logits: x, targets: w, rows: rows, columns: columns, scale: 1, losses: z, gradient: y)
            },
            kernel("squared error", bytes: 12) { [self] in
                kernels.squaredError(
                    predictions: x, targets: w, rows: rows, columns: columns, scale: 1, losses: z, gradient: y)
            },
            kernel("huber", bytes: 12) { [self] in
                kernels.huber(
                    predictions: x, targets: w, delta: 0.5, rows: rows, columns: columns, scale: 1, losses: z,
                    gradient: y)
            },
        ]
    }

    private var optimizers: [StreamKernel] {
        let sgd = SGDStep(learningRate: 0.001, momentum: 0.9)
        let adam = AdamStep(learningRate: 0.001, biasCorrection1: 0.5, biasCorrection2: 0.5)
        return [
            kernel("sgd with momentum", bytes: 20) { [self] in
                kernels.sgd(parameters: x, gradient: y, velocity: z, count: count, step: sgd)
            },
            kernel("adam", bytes: 28) { [self] in
                kernels.adam(parameters: x, gradient: y, firstMoment: z, secondMoment: w, count: count, step: adam)
            },
            kernel("direction of lamb", bytes: 28) { [self] in
                kernels.lambDirection(
                    parameters: x, gradient: y, firstMoment: z, secondMoment: w, count: count, step: adam)
            },
            kernel("moving average", bytes: 12) { [self] in
                kernels.movingAverage(x, into: y, count: count, decay: 0.999)
            },
            kernel("clamp", bytes: 8) { [self] in kernels.clamp(y, count: count, limit: 1) },
        ]
    }

    private var batches: [StreamKernel] {
        let rows = count / columns
        let bytes = [UInt8](repeating: 7, count: count)
        let floats = [Float](repeating: 7, count: count)
        let indices = (0..<rows).map { Int32($0 * 7 % rows) }
        return [
            kernel("gather of bytes", bytes: 5) { [self] in
                kernels.gather(bytes, indices: indices, rows: rows, columns: columns, scale: z, offset: w, into: y)
            },
            kernel("gather of floats", bytes: 8) { [self] in
                kernels.gather(floats, indices: indices, rows: rows, columns: columns, scale: z, offset: w, into: y)
            },
        ]
    }

    private var packing: [StreamKernel] {
        let (k, n) = (100, count / 100)
        let packed = AlignedBuffer(count: max(kernels.packedCount(k: k, n: n), kernels.packedCount(k: n, n: k)))
        let view = MatrixView(x, columns: n)
        return [
            kernel("packing", bytes: 8) { [self] in
                kernels.pack(view, k: k, n: n, rows: 0..<k, columns: 0..<n, into: packed.pointer)
            },
            kernel("packing transposed", bytes: 8) { [self] in
                kernels.pack(view.transposed, k: n, n: k, rows: 0..<n, columns: 0..<k, into: packed.pointer)
            },
        ]
    }

    private var random: [StreamKernel] {
        let permutation = RandomPermutation(count: count, key: 1, epoch: 1)
        let integers = UnsafeMutableRawPointer(z).assumingMemoryBound(to: Int32.self)
        return [
            kernel("permutation", bytes: 4) { [self] in
                kernels.permute(permutation, first: 0, count: count, into: integers)
            },
            kernel("uniform", bytes: 4) { [self] in
                kernels.uniform(into: y, count: count, seed: 1, stream: 1, low: 0, high: 1)
            },
            kernel("normal", bytes: 4) { [self] in
                kernels.normal(into: y, count: count, seed: 1, stream: 1, mean: 0, standardDeviation: 1)
            },
        ]
    }
}
