extension InstructionSet {
    @inlinable
    package static var multiplyAddCount: Int { mr * nr }

    /// The registers are those of the matrix product's tile, which are as many chains as hide the latency of a
    /// multiply-add on all units, and leave room for the two factors.
    @inlinable @inline(never)
    package static func multiplyAdd(_ a: Float, _ b: Float, into x: UnsafeMutablePointer<Float>, rounds: Int) {
        let registers = mr * nr / Vector.width
        let (a, b) = (Vector(repeating: a), Vector(repeating: b))
        var tile = Tile(repeating: a)
        for i in 0..<registers { tile[register: i] = Vector.load(x + i * Vector.width) }
        for _ in 0..<rounds {
            for i in 0..<registers { tile[register: i] = tile[register: i].addingProduct(a, b) }
        }
        for i in 0..<registers { tile[register: i].store(x + i * Vector.width) }
    }
}
