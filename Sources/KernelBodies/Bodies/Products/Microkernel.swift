import CSystem

extension InstructionSet {
    /// C = epilogue(start + A · B): one tile, its chains of fused multiply-adds held in registers.
    ///
    /// Element (i, p) of A stands at `a[i * aRowStride + p * aColumnStride]`; a packed A has strides 1 and MR, known at
    /// compile time. Row p of B stands at `b[p * NR]`, row i of C at `c[i * cRowStride]`. Each step of k brings the
    /// line at `next`, which moves on by `nextStep` bytes, into the second-level cache.
    @inlinable @inline(__always)
    static func microkernel<Shape: TileShape>(
        _ shape: Shape.Type, k: Int, a: UnsafePointer<Float>, aRowStride: Int, aColumnStride: Int,
        b: UnsafePointer<Float>, next: UnsafeRawPointer, nextStep: Int, c: UnsafeMutablePointer<Float>,
        cRowStride: Int, start: Accumulator, epilogue: Epilogue
    ) {
        typealias Vector = Shape.Registers.Register
        let columns = Shape.columns / Vector.width
        var tile = begin(shape, start, c, cRowStride)
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
        end(shape, tile, epilogue, c, cRowStride)
    }

    /// A tile whose chains begin at `start`.
    @inlinable @inline(__always)
    static func begin<Shape: TileShape>(
        _ shape: Shape.Type, _ start: Accumulator, _ c: UnsafePointer<Float>, _ cRowStride: Int
    ) -> Shape.Registers {
        typealias Vector = Shape.Registers.Register
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
        return tile
    }

    /// Stores a tile whose chains are complete, each element after its epilogue.
    @inlinable @inline(__always)
    static func end<Shape: TileShape>(
        _ shape: Shape.Type, _ tile: Shape.Registers, _ epilogue: Epilogue, _ c: UnsafeMutablePointer<Float>,
        _ cRowStride: Int
    ) {
        switch epilogue {
        case .none, .activation(.identity), .activationGradient(.identity, _):
            store(shape, tile, PlainStore(), c, cRowStride)
        case .addition:
            store(shape, tile, AdditionStore(c: c), c, cRowStride)
        case .activation(.relu):
            store(shape, tile, ReluStore(), c, cRowStride)
        case .activationGradient(.relu, let saved):
            store(shape, tile, ReluGradientStore(saved: saved), c, cRowStride)
        default:
            store(shape, tile, PlainStore(), c, cRowStride)
            finish(epilogue, c, cRowStride, rows: Shape.rows, columns: Shape.columns)
        }
    }

    /// Stores a tile, each register after a last operation on it.
    ///
    /// One loop a column of registers: the compiler unrolls loops up to a certain size only, and a single index that it
    /// does not know keeps the whole tile in memory, in the loop over k too.
    @inlinable @inline(__always)
    static func store<Shape: TileShape, Operation: StoreOperation>(
        _ shape: Shape.Type, _ tile: Shape.Registers, _ operation: Operation, _ c: UnsafeMutablePointer<Float>,
        _ cRowStride: Int
    ) {
        let columns = Shape.columns / Shape.Registers.Register.width
        storeColumn(shape, 0, tile, operation, c, cRowStride)
        if columns > 1 { storeColumn(shape, 1, tile, operation, c, cRowStride) }
        if columns > 2 { storeColumn(shape, 2, tile, operation, c, cRowStride) }
        if columns > 3 { storeColumn(shape, 3, tile, operation, c, cRowStride) }
    }

    @inlinable @inline(__always)
    static func storeColumn<Shape: TileShape, Operation: StoreOperation>(
        _ shape: Shape.Type, _ column: Int, _ tile: Shape.Registers, _ operation: Operation,
        _ c: UnsafeMutablePointer<Float>, _ cRowStride: Int
    ) {
        let width = Shape.Registers.Register.width
        let columns = Shape.columns / width
        for i in 0..<Shape.rows {
            let offset = i * cRowStride + column * width
            operation.value(tile[register: i * columns + column], offset).store(c + offset)
        }
    }

    /// Applies the derivative or the activation of an epilogue to part of C, which lies in the first-level cache.
    @inlinable @inline(never)
    static func finish(
        _ epilogue: Epilogue, _ c: UnsafeMutablePointer<Float>, _ cRowStride: Int, rows: Int, columns: Int
    ) {
        switch epilogue {
        case .none, .addition: break
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

/// What happens to a register of C as it is stored at an offset from the tile's first element. Types and not closures;
/// see `ActivationFunction`.
@usableFromInline
protocol StoreOperation {
    func value<Vector: FloatVector>(_ register: Vector, _ offset: Int) -> Vector
}

@usableFromInline
struct PlainStore: StoreOperation {
    @inlinable @inline(__always) init() {}
    @inlinable @inline(__always)
    func value<Vector: FloatVector>(_ register: Vector, _ offset: Int) -> Vector { register }
}

@usableFromInline
struct AdditionStore: StoreOperation {
    @usableFromInline let c: UnsafeMutablePointer<Float>
    @inlinable @inline(__always) init(c: UnsafeMutablePointer<Float>) { self.c = c }
    @inlinable @inline(__always)
    func value<Vector: FloatVector>(_ register: Vector, _ offset: Int) -> Vector {
        Vector.load(c + offset).adding(register)
    }
}

@usableFromInline
struct ReluStore: StoreOperation {
    @inlinable @inline(__always) init() {}
    @inlinable @inline(__always)
    func value<Vector: FloatVector>(_ register: Vector, _ offset: Int) -> Vector { register.raisedToZero() }
}

@usableFromInline
struct ReluGradientStore: StoreOperation {
    @usableFromInline let saved: UnsafePointer<Float>
    @inlinable @inline(__always) init(saved: UnsafePointer<Float>) { self.saved = saved }
    @inlinable @inline(__always)
    func value<Vector: FloatVector>(_ register: Vector, _ offset: Int) -> Vector {
        register.zeroed(whereAtMostZero: .load(saved + offset))
    }
}
