extension ReferenceKernels {
    public static func patchWorkspaceCount() -> Int { 0 }

    public static func gemm(
        _ a: PatchView, n: Int, packedB: UnsafePointer<Float>, c: PatchTarget, start: Accumulator, epilogue: Epilogue,
        workspace: UnsafeMutablePointer<Float>
    ) {
        var row = [Float](repeating: 0, count: a.runs * a.depth)
        for y in 0..<a.rows {
            for x in 0..<a.columns {
                let patch = a.base + y * a.rowStride + x * a.columnStride
                for run in 0..<a.runs {
                    for p in 0..<a.depth { row[run * a.depth + p] = patch[a.offsets[run] + p * a.depthStride] }
                }
                let offset = y * c.rowStride + x * c.columnStride
                row.withUnsafeBufferPointer { row in
                    let base = row.baseAddress ?? UnsafePointer(c.base)
                    gemm(
                        m: 1, n: n, k: row.count, a: MatrixView(base, columns: row.count), packedB: packedB,
                        c: c.base + offset, cRowStride: n, start: start, epilogue: epilogue.advanced(by: offset),
                        workspace: workspace)
                }
            }
        }
    }
}
