extension InstructionSet {
    /// C[MR, NR] = start + A[MR, k] · B[k, NR]: one full tile, MR·NR chains of fused multiply-adds held in registers.
    ///
    /// Element (i, p) of A stands at `a[i * aRowStride + p * aColumnStride]`; a packed A has strides 1 and MR, known at
    /// compile time. Row p of B stands at `b[p * NR]`, row i of C at `c[i * cRowStride]`.
    @inlinable @inline(__always)
    static func microkernel(
        k: Int, a: UnsafePointer<Float>, aRowStride: Int, aColumnStride: Int, b: UnsafePointer<Float>,
        c: UnsafeMutablePointer<Float>, cRowStride: Int, start: Accumulator
    ) {
        let columns = nr / Vector.width
        var tile = Tile(repeating: Vector(repeating: 0))
        switch start {
        case .zero: break
        case .output:
            for i in 0..<mr {
                for j in 0..<columns {
                    tile[register: i * columns + j] = Vector.load(c + i * cRowStride + j * Vector.width)
                }
            }
        case .bias(let bias):
            for j in 0..<columns {
                let register = Vector.load(bias + j * Vector.width)
                for i in 0..<mr { tile[register: i * columns + j] = register }
            }
        }
        var a = a
        var b = b
        for _ in 0..<k {
            for i in 0..<mr {
                let factor = Vector(repeating: a[i * aRowStride])
                for j in 0..<columns {
                    let index = i * columns + j
                    tile[register: index] = tile[register: index].addingProduct(
                        factor, Vector.load(b + j * Vector.width))
                }
            }
            a += aColumnStride
            b += nr
        }
        for i in 0..<mr {
            for j in 0..<columns { tile[register: i * columns + j].store(c + i * cRowStride + j * Vector.width) }
        }
    }
}
