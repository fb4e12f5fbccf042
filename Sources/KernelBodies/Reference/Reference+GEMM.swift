extension ReferenceKernels {
    /// The packed form is B itself, row-major.
    package static func packedCount(k: Int, n: Int) -> Int { k * n }

    package static func pack(
        _ b: MatrixView, k: Int, n: Int, rows: Range<Int>, columns: Range<Int>, into packed: UnsafeMutablePointer<Float>
    ) {
        for p in rows {
            for j in columns { packed[p * n + j] = b[p, j] }
        }
    }

    package static func workspaceCount(m: Int, n: Int, k: Int) -> Int { 0 }

    package static func gemm(
        m: Int, n: Int, k: Int, a: MatrixView, packedB: UnsafePointer<Float>, c: UnsafeMutablePointer<Float>,
        cRowStride: Int, start: Accumulator, epilogue: Epilogue, workspace: UnsafeMutablePointer<Float>
    ) {
        gemm(
            m: m, n: n, k: k, a: a, b: MatrixView(packedB, columns: n), c: c, cRowStride: cRowStride, start: start,
            epilogue: epilogue, workspace: workspace)
    }

    package static func gemm(
        m: Int, n: Int, k: Int, a: MatrixView, b: MatrixView, c: UnsafeMutablePointer<Float>, cRowStride: Int,
        start: Accumulator, epilogue: Epilogue, workspace: UnsafeMutablePointer<Float>
    ) {
        for i in 0..<m {
            for j in 0..<n {
                let output = c + i * cRowStride + j
                var chain: Float
                switch start {
                case .zero: chain = 0
                case .output: chain = output.pointee
                case .bias(let bias): chain = bias[j]
                }
                for p in 0..<k { chain = fma(a[i, p], b[p, j], chain) }
                switch epilogue {
                case .none: output.pointee = chain
                case .addition: output.pointee += chain
                case .activation(let activation): output.pointee = value(of: activation, at: chain)
                case .activationGradient(let activation, let saved):
                    activationGradient(
                        activation, saved: saved + i * cRowStride + j, dy: &chain, into: output, count: 1)
                }
            }
        }
    }
}
