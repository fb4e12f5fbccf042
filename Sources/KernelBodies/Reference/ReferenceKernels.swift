/// Plain scalar kernels: what every other table must match bit for bit. Slow, and kept for ever as the oracle of tests.
package enum ReferenceKernels: KernelTable {
    package static var name: String { "reference" }

    static func fma(_ a: Float, _ b: Float, _ c: Float) -> Float { c.addingProduct(a, b) }
}

/// The 16 lanes of a horizontal reduction.
struct Lanes {
    static let count = 16
    private var values: [Float]

    /// Feeds elements 0 ..< count to their lanes, each of which starts at `initial`.
    init(count: Int, initial: Float, _ next: (_ lane: Float, _ index: Int) -> Float) {
        values = Array(repeating: initial, count: Self.count)
        for index in 0..<count { values[index % Self.count] = next(values[index % Self.count], index) }
    }

    /// Folds lower half with upper half until one is left.
    func fold(_ combine: (Float, Float) -> Float) -> Float {
        var values = values
        for width in [8, 4, 2, 1] {
            for lane in 0..<width { values[lane] = combine(values[lane], values[lane + width]) }
        }
        return values[0]
    }

    var sum: Float { fold(+) }
}
