extension InstructionSet {
    /// Copies a block of a matrix into panels of `width` lanes: element (p, lane) goes to `panel[p * width + lane]`,
    /// and lane `width` begins the next panel, `panelStride` floats on.
    ///
    /// B is packed in panels of NR columns, A in panels of MR rows; `depth` counts steps of k in both. The element
    /// stands at `source[p * depthStride + lane * laneStride]`. Lanes beyond `lanes` are left alone.
    @inlinable @inline(__always)
    static func packPanels(
        width: Int, _ source: UnsafePointer<Float>, depthStride: Int, laneStride: Int, depth: Int, lanes: Int,
        panelStride: Int, into panels: UnsafeMutablePointer<Float>
    ) {
        let full = lanes / width
        if laneStride == 1 {
            // In strips of eight rows: eight lines and pages at a time, of which the next panel finds the rest.
            for first in stride(from: 0, to: depth, by: 8) {
                let end = min(first + 8, depth)
                for panel in 0..<full {
                    let (from, to) = (source + panel * width, panels + panel * panelStride)
                    for p in first..<end { copyLanes(width, from + p * depthStride, to: to + p * width) }
                }
            }
        } else if depthStride == 1 {
            for panel in 0..<full {
                transposeIntoPanel(
                    width: width, source + panel * width * laneStride, laneStride: laneStride, depth: depth,
                    panel: panels + panel * panelStride)
            }
        } else {
            for panel in 0..<full {
                copyPanel(
                    width: width, source + panel * width * laneStride, depthStride: depthStride,
                    laneStride: laneStride, depth: depth, lanes: width, into: panels + panel * panelStride)
            }
        }
        if lanes > full * width {
            copyPanel(
                width: width, source + full * width * laneStride, depthStride: depthStride, laneStride: laneStride,
                depth: depth, lanes: lanes - full * width, into: panels + full * panelStride)
        }
    }

    /// Packs one panel of any strides, element by element.
    @inlinable @inline(__always)
    static func copyPanel(
        width: Int, _ source: UnsafePointer<Float>, depthStride: Int, laneStride: Int, depth: Int, lanes: Int,
        into panel: UnsafeMutablePointer<Float>
    ) {
        for p in 0..<depth {
            for lane in 0..<lanes { panel[p * width + lane] = source[p * depthStride + lane * laneStride] }
        }
    }

    /// Copies `width` floats, an even number known at compile time, in vectors of four and two.
    @inlinable @inline(__always)
    static func copyLanes(_ width: Int, _ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
        for lane in stride(from: 0, to: width & ~3, by: 4) { SIMD4<Float>.load(source + lane).store(target + lane) }
        if width & 2 > 0 { copyPair(source + width - 2, to: target + width - 2) }
    }

    @inlinable @inline(__always)
    static func copyPair(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(target).storeBytes(
            of: UnsafeRawPointer(source).loadUnaligned(as: UInt64.self), as: UInt64.self)
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
            if width & 2 > 0 {
                let corner = source + p + (width - 2) * laneStride
                let (r0, r1) = (SIMD4<Float>.load(corner), SIMD4<Float>.load(corner + laneStride))
                let turned = SIMD8(r0[0], r1[0], r0[1], r1[1], r0[2], r1[2], r0[3], r1[3])
                for q in 0..<4 {
                    let target = UnsafeMutableRawPointer(panel + (p + q) * width + width - 2)
                    target.storeBytes(of: SIMD2(turned[2 * q], turned[2 * q + 1]), as: SIMD2<Float>.self)
                }
            }
        }
        for p in depth & ~3..<depth {
            for lane in 0..<width { panel[p * width + lane] = source[p + lane * laneStride] }
        }
    }
}
