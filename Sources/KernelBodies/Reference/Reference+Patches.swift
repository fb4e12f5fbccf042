extension ReferenceKernels {
    package static func patchWorkspaceCount() -> Int { 0 }

    package static func gemm(
        _ a: PatchView, n: Int, packedB: UnsafePointer<Float>, c: PatchTarget, start: Accumulator, epilogue: Epilogue,
        workspace: UnsafeMutablePointer<Float>
    ) {
        for y in 0..<a.rows {
            let runs = a.runs(ofRow: y)
            let first = runs.lowerBound * a.depth
            var row = [Float](repeating: 0, count: runs.count * a.depth)
            for x in 0..<a.columns {
                let patch = a.base + y * a.rowStride + x * a.columnStride
                for run in runs {
                    for p in 0..<a.depth { row[run * a.depth + p - first] = patch[a.offsets[run] + p * a.depthStride] }
                }
                let offset = y * c.rowStride + x * c.columnStride
                row.withUnsafeBufferPointer { row in
                    let base = row.baseAddress ?? UnsafePointer(c.base)
                    gemm(
                        m: 1, n: n, k: row.count, a: MatrixView(base, columns: row.count),
                        packedB: packedB + first * n, c: c.base + offset, cRowStride: n, start: start,
                        epilogue: epilogue.advanced(by: offset),
                        workspace: workspace)
                }
            }
        }
    }
}
