import CSystem

extension InstructionSet {
    /// C = epilogue(start + A · B): one tile, its chains of fused multiply-adds held in registers.
    ///
    /// Element (i, p) of A stands at `a[i * aRowStride + p * aColumnStride]`; a packed A has strides 1 and MR, known at
    /// compile time. Row p of B stands at `b[p * NR]`, row i of C at `c[i * cRowStride]`. Each step of k brings the line at
    /// `next`, which moves on by `nextStep` bytes, into the second-level cache.
    @inlinable @inline(__always)
    static func microkernel<Shape: TileShape>(
        _ shape: Shape.Type, k: Int, a: UnsafePointer<Float>, aRowStride: Int, aColumnStride: Int,
        b: UnsafePointer<Float>, next: UnsafeRawPointer, nextStep: Int, c: UnsafeMutablePointer<Float>,
        cRowStride: Int, start: Accumulator, epilogue: Epilogue
    ) where Shape.Registers.Register == Vector {
        let columns = Shape.columns / Vector.width
        var tile = Shape.Registers(repeating: Vector(repeating: 0))
        switch start {
        case .zero: break
        case .output:
            for i in 0..<Shape.rows {
                for j in 0..<columns {
                    tile[register: i * columns + j] = Vector.load(c + i * cRowStride + j * Vector.width)
                }
            }
        case .bias(let bias):
            for j in 0..<columns {
                let register = Vector.load(bias + j * Vector.width)
                for i in 0..<Shape.rows { tile[register: i * columns + j] = register }
            }
        }
        var a = a
        var b = b
        var next = next
        for _ in 0..<k {
            for i in 0..<Shape.rows {
                let factor = Vector(repeating: a[i * aRowStride])
                for j in 0..<columns {
                    let index = i * columns + j
                    tile[register: index] = tile[register: index].addingProduct(
                        factor, Vector.load(b + j * Vector.width))
                }
            }
            lockstep_prefetch_far(next)
            a += aColumnStride
            b += nr
            next += nextStep
        }
        switch epilogue {  // the most usual activation, in registers
        case .activation(.relu):
            for i in 0..<Shape.rows {
                for j in 0..<columns {
                    tile[register: i * columns + j] = tile[register: i * columns + j].raisedToZero()
                }
            }
        case .activationGradient(.relu, let saved):
            for i in 0..<Shape.rows {
                for j in 0..<columns {
                    tile[register: i * columns + j] = tile[register: i * columns + j].zeroed(
                        whereAtMostZero: .load(saved + i * cRowStride + j * Vector.width))
                }
            }
        default: break
        }
        for i in 0..<Shape.rows {
            for j in 0..<columns { tile[register: i * columns + j].store(c + i * cRowStride + j * Vector.width) }
        }
        switch epilogue {
        case .none, .activation(.identity), .activation(.relu): break
        case .activationGradient(.identity, _), .activationGradient(.relu, _): break
        default: finish(epilogue, c, cRowStride, rows: Shape.rows, columns: Shape.columns)
        }
    }

    /// Applies an epilogue to part of C, which lies in the first-level cache.
    @inlinable @inline(never)
    static func finish(
        _ epilogue: Epilogue, _ c: UnsafeMutablePointer<Float>, _ cRowStride: Int, rows: Int, columns: Int
    ) {
        switch epilogue {
        case .none: break
        case .activation(let activation):
            for i in 0..<rows {
                let row = c + i * cRowStride
                activate(activation, row, into: row, count: columns)
            }
        case .activationGradient(let activation, let saved):
            for i in 0..<rows {
                let row = c + i * cRowStride
                activationGradient(activation, saved: saved + i * cRowStride, dy: row, into: row, count: columns)
            }
        }
    }
}
