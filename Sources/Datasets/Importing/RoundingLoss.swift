/// Finds out whether numbers would lose what tells them apart if they were rounded to Float32: where one that Float32
/// does not hold is in a feature that lies more than eight times its range from zero. Such numbers are stored in their
/// own type, so that a data set can center them before it rounds them (see `Normalization`).
struct RoundingLoss {
    private var least: [Double]
    private var most: [Double]
    private var isRounded: [Bool]

    /// Whether these are some rows of a table whose range may be another.
    private let isExcerpt: Bool

    private static let mostRanges = 8.0

    /// - Parameter isExcerpt: whether the numbers are some rows of a table whose range may be another: then what never
    ///   changes may have something to lose.
    init(features: Int, isExcerpt: Bool = false) {
        self.isExcerpt = isExcerpt
        least = [Double](repeating: .infinity, count: features)
        most = [Double](repeating: -.infinity, count: features)
        isRounded = [Bool](repeating: false, count: features)
    }

    @inline(__always)
    mutating func add(_ value: Double, _ feature: Int) {
        if value < least[feature] { least[feature] = value }
        if value > most[feature] { most[feature] = value }
        if Double(Float(value)) != value { isRounded[feature] = true }
    }

    /// The first feature that would lose what matters. What never changes has nothing to lose, in a whole table.
    var feature: Int? {
        least.indices.first { feature in
            let range = most[feature] - least[feature]
            let nearest = min(abs(most[feature]), abs(least[feature]))
            return isRounded[feature] && (range > 0 || isExcerpt) && nearest > Self.mostRanges * range
        }
    }
}

/// How the elements of an array lie: rows first, or last, as NumPy's Fortran order has them.
struct ArrayLayout {
    let shape: [Int]
    var isColumnMajor = false

    var features: Int { max(1, shape.dropFirst().reduce(1, *)) }

    /// A number for the place in a sample that an element has.
    func feature(_ index: Int) -> Int { isColumnMajor ? index / max(1, shape.first ?? 1) : index % features }
}
