extension InstructionSet {
    /// Copies a block of a matrix into a panel of `width` lanes: element (p, lane) goes to `panel[p * width + lane]`.
    ///
    /// B is packed in panels of NR columns, A in panels of MR rows; `depth` counts steps of k in both. The element
    /// stands at `source[p * depthStride + lane * laneStride]`. Lanes beyond `lanes` are left alone.
    @inlinable @inline(__always)
    static func packPanel(
        width: Int, _ source: UnsafePointer<Float>, depthStride: Int, laneStride: Int, depth: Int, lanes: Int,
        into panel: UnsafeMutablePointer<Float>
    ) {
        if lanes == width && laneStride == 1 {
            for p in 0..<depth { copyLanes(width, source + p * depthStride, to: panel + p * width) }
        } else if lanes == width && depthStride == 1 {
            transposeIntoPanel(width: width, source, laneStride: laneStride, depth: depth, panel: panel)
        } else {
            for p in 0..<depth {
                for lane in 0..<lanes { panel[p * width + lane] = source[p * depthStride + lane * laneStride] }
            }
        }
    }

    /// Copies `width` floats, a number known at compile time, in vectors of four and a rest.
    @inlinable @inline(__always)
    static func copyLanes(_ width: Int, _ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
        for lane in stride(from: 0, to: width & ~3, by: 4) { SIMD4<Float>.load(source + lane).store(target + lane) }
        for lane in width & ~3..<width { target[lane] = source[lane] }
    }

    /// The panel of a matrix whose depth is contiguous, in blocks of 4 × 4 turned in registers.
    @inlinable @inline(__always)
    static func transposeIntoPanel(
        width: Int, _ source: UnsafePointer<Float>, laneStride: Int, depth: Int, panel: UnsafeMutablePointer<Float>
    ) {
        for p in stride(from: 0, to: depth & ~3, by: 4) {
            for lane in stride(from: 0, to: width & ~3, by: 4) {
                let corner = source + p + lane * laneStride
                let target = panel + p * width + lane
                let (r0, r1) = (SIMD4<Float>.load(corner), SIMD4<Float>.load(corner + laneStride))
                let (r2, r3) = (SIMD4<Float>.load(corner + 2 * laneStride), SIMD4<Float>.load(corner + 3 * laneStride))
                SIMD4(r0[0], r1[0], r2[0], r3[0]).store(target)
                SIMD4(r0[1], r1[1], r2[1], r3[1]).store(target + width)
                SIMD4(r0[2], r1[2], r2[2], r3[2]).store(target + 2 * width)
                SIMD4(r0[3], r1[3], r2[3], r3[3]).store(target + 3 * width)
            }
            for lane in width & ~3..<width {
                for q in p..<p + 4 { panel[q * width + lane] = source[q + lane * laneStride] }
            }
        }
        for p in depth & ~3..<depth {
            for lane in 0..<width { panel[p * width + lane] = source[p + lane * laneStride] }
        }
    }
}
