import Kernels

/// Times the kernels that pass once over their operands: nanoseconds an element, operands in the second-level cache.
struct Streams {
    let kernels: any KernelTable.Type

    private let count = 16_000
    private let columns = 500
    private let x: AlignedBuffer
    private let y: AlignedBuffer
    private let z: AlignedBuffer
    private let w: AlignedBuffer

    init(kernels: any KernelTable.Type) {
        self.kernels = kernels
        (x, y) = (AlignedBuffer(count: count), AlignedBuffer(count: count))
        (z, w) = (AlignedBuffer(count: count), AlignedBuffer(count: count))
        for buffer in [x, y, z, w] {
            kernels.uniform(into: buffer.pointer, count: count, seed: 1, stream: 0, low: 0, high: 1)
        }
    }

    func run() {
        print("\nkernel                      ns an element")
        let (x, y, z, w) = (x.pointer, y.pointer, z.pointer, w.pointer)
        let activations: [(String, Activation)] = [
            ("relu", .relu), ("sigmoid", .sigmoid), ("tanh", .tanh), ("gelu", .gelu), ("silu", .silu),
        ]
        for (name, activation) in activations {
            report(name) { kernels.activate(activation, x, into: y, count: count) }
            report(name + " gradient") {
                kernels.activationGradient(activation, saved: x, dy: y, into: z, count: count)
            }
        }
        report("add") { kernels.add(x, into: y, count: count) }
        report("dropout") {
            kernels.dropout(
                x, into: y, rows: count / columns, columns: columns, probability: 0.5, seed: 1, step: 1, layer: 1,
                firstRow: 0)
        }
        report("column sums") {
            kernels.columnSums(x, rows: count / columns, columns: columns, start: .zero, into: y)
        }
        report("sum of squares") { w[0] = kernels.sumOfSquares(x, count: count) }
        report("first non-finite") { w[0] = Float(kernels.firstNonFinite(x, count: count)) }
        let sources = [UnsafePointer<Float>](repeating: UnsafePointer(x), count: 8)
        report("tree sum of 8") { kernels.treeSum(sources, sourceCount: 8, offset: 0, count: count, into: y) }
        losses(x, y, z)
        optimizers(x, y, z, w)
        report("uniform") { kernels.uniform(into: y, count: count, seed: 1, stream: 1, low: 0, high: 1) }
        report("normal") { kernels.normal(into: y, count: count, seed: 1, stream: 1, mean: 0, standardDeviation: 1) }
        gathers(y, z, w)
        packing(x, y)
    }

    private func losses(
        _ x: UnsafeMutablePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ z: UnsafeMutablePointer<Float>
    ) {
        for columns in [10, 500] {
            let rows = count / columns
            let labels = (0..<rows).map { Int32($0 % columns) }
            report("softmax of \(columns)") { kernels.softmax(x, into: y, rows: rows, columns: columns) }
            report("cross-entropy of \(columns)") {
                kernels.softmaxCrossEntropy(
                    logits: x, labels: labels, classWeights: nil, labelSmoothing: 0, rows: rows, columns: columns,
                    scale: 1, losses: z, gradient: y)
            }
            let out = UnsafeMutableRawPointer(z).assumingMemoryBound(to: Int32.self)
            report("argmax of \(columns)") { kernels.argmax(x, rows: rows, columns: columns, into: out) }
        }
        report("binary cross-entropy") {
            kernels.binaryCrossEntropy(
                logits: x, targets: x, rows: count / columns, columns: columns, scale: 1, losses: z, gradient: y)
        }
    }

    private func optimizers(
        _ x: UnsafeMutablePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ z: UnsafeMutablePointer<Float>,
        _ w: UnsafeMutablePointer<Float>
    ) {
        let sgd = SGDStep(learningRate: 0.001, momentum: 0.9)
        report("sgd with momentum") { kernels.sgd(parameters: x, gradient: y, velocity: z, count: count, step: sgd) }
        let adam = AdamStep(learningRate: 0.001, biasCorrection1: 0.5, biasCorrection2: 0.5)
        report("adam") {
            kernels.adam(parameters: x, gradient: y, firstMoment: z, secondMoment: w, count: count, step: adam)
        }
    }

    private func gathers(
        _ y: UnsafeMutablePointer<Float>, _ z: UnsafeMutablePointer<Float>, _ w: UnsafeMutablePointer<Float>
    ) {
        let rows = count / columns
        let bytes = [UInt8](repeating: 7, count: count)
        let floats = [Float](repeating: 7, count: count)
        let indices = (0..<rows).map { Int32($0 * 7 % rows) }
        report("gather of bytes") {
            kernels.gather(bytes, indices: indices, rows: rows, columns: columns, scale: z, offset: w, into: y)
        }
        report("gather of floats") {
            kernels.gather(floats, indices: indices, rows: rows, columns: columns, scale: z, offset: w, into: y)
        }
    }

    private func packing(_ x: UnsafeMutablePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
        let (k, n) = (100, 160)
        let packed = AlignedBuffer(count: max(kernels.packedCount(k: k, n: n), kernels.packedCount(k: n, n: k)))
        let view = MatrixView(x, columns: n)
        report("packing") { kernels.pack(view, k: k, n: n, rows: 0..<k, columns: 0..<n, into: packed.pointer) }
        report("packing transposed") {
            kernels.pack(view.transposed, k: n, n: k, rows: 0..<n, columns: 0..<k, into: packed.pointer)
        }
    }

    private func report(_ name: String, _ body: () -> Void) {
        let nanoseconds = secondsPerCall(body) / Double(count) * 1e9
        let label = name + String(repeating: " ", count: 28 - name.count)
        print(label, formatted(nanoseconds, width: 12, decimals: 3))
    }
}
