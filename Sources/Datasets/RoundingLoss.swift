import Foundation

/// Finds out whether numbers would lose what tells them apart if they were rounded to Float32: the one place that says
/// when an importer keeps 64 bits, when a conversion to float32 is refused, and what training without a center is told.
///
/// Numbers that are kept in their own type can be centered before they are rounded (see `Normalization`).
struct RoundingLoss {
    /// What the numbers are to be judged by.
    enum Judgment: Equatable {
        /// A whole table: a feature loses what matters where it lies more than eight times its range from zero. What
        /// never changes has nothing to lose.
        case table
        /// Some rows of a table that is not known yet, whose range may be another: whatever is rounded loses.
        case excerpt
        /// Rows for a network that centers these features, where each number matters that is rounded. Of the others,
        /// what lies eight times its range from zero, even if it never changes.
        case centered([Bool])
    }

    private var least: [Double]
    private var most: [Double]
    private var isRounded: [Bool]
    private let judgment: Judgment

    private static let mostRanges = 8.0
    /// Steps of Float32 in a range, fewer than which leave too little of it for training.
    private static let fewestSteps = 4096.0

    init(features: Int, by judgment: Judgment = .table) {
        self.judgment = judgment
        least = [Double](repeating: .infinity, count: features)
        most = [Double](repeating: -.infinity, count: features)
        isRounded = [Bool](repeating: false, count: features)
    }

    @inline(__always)
    mutating func add(_ value: Double, _ feature: Int) {
        if value < least[feature] { least[feature] = value }
        if value > most[feature] { most[feature] = value }
        if Double(Float(value)) != value, !value.isNaN { isRounded[feature] = true }
    }

    var features: Int { least.count }

    /// The first feature that would lose what matters.
    var feature: Int? { least.indices.first(where: loses) }

    private func loses(_ feature: Int) -> Bool {
        guard isRounded[feature] else { return false }
        let range = most[feature] - least[feature]
        let isFar = min(abs(most[feature]), abs(least[feature])) > Self.mostRanges * range
        switch judgment {
        case .table: return range > 0 && isFar
        case .excerpt: return true
        case .centered(let isCentered): return isCentered[feature] || isFar
        }
    }

    /// A feature whose numbers lie in so few steps of Float32 that training does not see what tells them apart.
    struct Coarseness: Equatable {
        let feature: Int
        let least: Double
        let most: Double
        /// The distance of neighbors in Float32.
        let step: Double
    }

    /// All such features. This is a stricter judgment than `feature`: to keep 64 bits costs little, but what Float32
    /// has thousands of steps for is no loss to anybody.
    var coarse: [Coarseness] {
        least.indices.compactMap { feature in
            let range = most[feature] - least[feature]
            let step = Double(Float(max(abs(most[feature]), abs(least[feature]))).ulp)
            guard isRounded[feature], range > 0, range < Self.fewestSteps * step else { return nil }
            return Coarseness(feature: feature, least: least[feature], most: most[feature], step: step)
        }
    }

    /// The features that may be coarse by what is left of their numbers in Float32.
    static func maybeCoarse(_ rounded: UnsafePointer<Float>, features: Int, rows: Int) -> [Int] {
        var least = [Float](repeating: .infinity, count: features)
        var most = [Float](repeating: -.infinity, count: features)
        for row in 0..<rows {
            for feature in 0..<features {
                let value = rounded[row * features + feature]
                least[feature] = min(least[feature], value)
                most[feature] = max(most[feature], value)
            }
        }
        return (0..<features).filter { feature in
            let largest = max(abs(least[feature]), abs(most[feature]))
            // Rounding may add a step to a range.
            return largest > 0
                && Double(most[feature]) - Double(least[feature]) < (fewestSteps + 2) * Double(largest.ulp)
        }
    }
}

extension RoundingLoss {
    /// What to say of features that are centered, of numbers that their file has in fewer than 64 bits, where so few
    /// steps of these lie in a deviation that differences which mattered in training may be gone; nil if there are
    /// none.
    ///
    /// - Parameter bits: 16 or 32.
    static func note(
        ofFloats bits: Int, centeredBy normalization: Normalization, names: [String]?, sampleShape shape: [Int]
    ) -> String? {
        guard let centering = normalization.centering else { return nil }
        let lost = (0..<normalization.scales.count).compactMap { feature -> (Int, center: Double, Double, Double)? in
            let center = centering.center(feature)
            // As far as float16 goes, which nothing beyond has been rounded to.
            let step = bits == 16 ? Double(Float16(max(-65_504, min(65_504, center))).ulp) : Double(center.ulp)
            let deviation = 1 / Double(abs(normalization.scales.pointer[feature]))
            // Four deviations are the range of most of its numbers.
            return center != 0 && 4 * deviation < fewestSteps * step ? (feature, Double(center), step, deviation) : nil
        }
        guard let (feature, center, step, deviation) = lost.first else { return nil }
        return "\(featureName(feature, names: names, sampleShape: shape))"
            + (lost.count > 1 ? ", and \(lost.count - 1) more, are" : " is")
            + " float\(bits), which has steps of \(short(step)) near \(short(center)), where training had a deviation "
            + String(format: "of %.4g", deviation)
            + ": numbers of 64 bits that were rounded to it have lost what matters (save them as float64)"
    }

    fileprivate static func short(_ value: Double) -> String { Int64(exactly: value).map(String.init) ?? "\(value)" }
}

extension RoundingLoss.Coarseness {
    /// `1700000000 ... 1700000999, where Float32 has steps of 128`.
    var text: String {
        let (least, most, step) = (RoundingLoss.short(least), RoundingLoss.short(most), RoundingLoss.short(step))
        return "\(least) ... \(most), where Float32 has steps of \(step)"
    }
}

/// What a message calls a feature: `'time'`, `column 3`, `element [2, 5, 0]`.
///
/// - Parameter names: one for each number of a sample, or for each place of the last axis; nil where there are none.
func featureName(_ feature: Int, names: [String]?, sampleShape shape: [Int]) -> String {
    if let names, names.count == shape.reduce(1, *) || shape.count == 1 && names.count == shape[0] {
        return "'\(names[feature])'"
    }
    return String(elementPosition(feature, sampleShape: shape).dropFirst("row 0, ".count))
}

/// How the elements of an array lie: rows first, or last, as NumPy's Fortran order has them.
struct ArrayLayout {
    let shape: [Int]
    var isColumnMajor = false

    var features: Int { max(1, shape.dropFirst().reduce(1, *)) }

    /// A number for the place in a sample that an element has.
    func feature(_ index: Int) -> Int { isColumnMajor ? index / max(1, shape.first ?? 1) : index % features }
}
