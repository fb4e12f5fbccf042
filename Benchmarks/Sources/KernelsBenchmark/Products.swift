import Kernels

/// Times the matrix product in the shapes of training and prints its share of the peak.
struct Products {
    let kernels: any KernelTable.Type
    let machine: Machine

    func run() {
        print("\nproduct                      m     n     k   GFLOP/s   of peak")
        square(1024)
        let layers = [(784, 512), (512, 256), (256, 10)]
        for (inputs, outputs) in layers {
            for rows in [64, 128, 256, 512] {
                measurePacked("forward, bias, relu", m: rows, n: outputs, k: inputs, .relu)
            }
        }
        for (inputs, outputs) in layers.dropFirst() {
            for rows in [64, 128, 256, 512] { measurePacked("dX", m: rows, n: inputs, k: outputs, .identity) }
        }
        for (inputs, outputs) in layers {
            for rows in [64, 128, 256, 512] { measureWeightGradient(m: inputs, n: outputs, k: rows) }
        }
    }

    private func square(_ size: Int) {
        measurePacked("packed B", m: size, n: size, k: size, .identity)
        let (a, b, c) = buffers(size, size, size)
        let workspace = AlignedBuffer(count: kernels.workspaceCount(m: size, n: size, k: size))
        report("strided B", size, size, size) {
            kernels.gemm(
                m: size, n: size, k: size, a: MatrixView(a.pointer, columns: size),
                b: MatrixView(b.pointer, columns: size), c: c.pointer, cRowStride: size, start: .zero,
                activation: .identity, workspace: workspace.pointer)
        }
    }

    private func measurePacked(_ name: String, m: Int, n: Int, k: Int, _ activation: Activation) {
        let (a, b, c) = buffers(m, n, k)
        let bias = AlignedBuffer(count: n)
        let packed = AlignedBuffer(count: kernels.packedCount(k: k, n: n))
        kernels.pack(MatrixView(b.pointer, columns: n), k: k, n: n, rows: 0..<k, columns: 0..<n, into: packed.pointer)
        let workspace = AlignedBuffer(count: kernels.workspaceCount(m: m, n: n, k: k))
        report(name, m, n, k) {
            kernels.gemm(
                m: m, n: n, k: k, a: MatrixView(a.pointer, columns: k), packedB: packed.pointer, c: c.pointer,
                cRowStride: n, start: .bias(bias.pointer), activation: activation, workspace: workspace.pointer)
        }
    }

    /// dW = Xᵀ·dY, continued from what dW holds, as every micro-batch but the first does.
    private func measureWeightGradient(m: Int, n: Int, k: Int) {
        let (a, b, c) = buffers(m, n, k)
        let workspace = AlignedBuffer(count: kernels.workspaceCount(m: m, n: n, k: k))
        report("dW", m, n, k) {
            kernels.gemm(
                m: m, n: n, k: k, a: MatrixView(a.pointer, columns: m).transposed,
                b: MatrixView(b.pointer, columns: n), c: c.pointer, cRowStride: n, start: .output,
                activation: .identity, workspace: workspace.pointer)
        }
    }

    private func buffers(_ m: Int, _ n: Int, _ k: Int) -> (AlignedBuffer, AlignedBuffer, AlignedBuffer) {
        let (a, b, c) = (AlignedBuffer(count: m * k), AlignedBuffer(count: k * n), AlignedBuffer(count: m * n))
        kernels.uniform(into: a.pointer, count: a.count, seed: 1, stream: 0, low: -1, high: 1)
        kernels.uniform(into: b.pointer, count: b.count, seed: 1, stream: 1, low: -1, high: 1)
        return (a, b, c)
    }

    private func report(_ name: String, _ m: Int, _ n: Int, _ k: Int, _ body: () -> Void) {
        let rate = 2 * Double(m) * Double(n) * Double(k) / secondsPerCall(body) / 1e9
        let label = name + String(repeating: " ", count: 24 - name.count)
        print(
            label, formatted(Double(m), width: 5, decimals: 0), formatted(Double(n), width: 5, decimals: 0),
            formatted(Double(k), width: 5, decimals: 0), formatted(rate, width: 9, decimals: 1),
            formatted(100 * rate / machine.peak, width: 8, decimals: 1) + "%")
    }
}
