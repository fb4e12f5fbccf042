/// How many samples of one class were taken for another, or for itself. In JSON an array of three numbers.
public struct ConfusionCount: Sendable, Equatable {
    /// The class that is right.
    public var label: Int
    /// The class that was given the highest score.
    public var predicted: Int
    /// Samples, never none.
    public var count: Int

    public init(label: Int, predicted: Int, count: Int) {
        (self.label, self.predicted, self.count) = (label, predicted, count)
    }
}

extension ConfusionCount: Codable {
    public init(from decoder: any Decoder) throws {
        var numbers = try decoder.unkeyedContainer()
        label = try numbers.decode(Int.self)
        predicted = try numbers.decode(Int.self)
        count = try numbers.decode(Int.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var numbers = encoder.unkeyedContainer()
        for number in [label, predicted, count] { try numbers.encode(number) }
    }
}

extension EvaluationReport {
    /// The most classes of a report that has a whole confusion matrix. It has the counts that are not zero for more.
    package static let mostClassesOfMatrix = 100

    /// Every count that is not zero, by class and then by predicted class; nil where nothing was counted.
    public var confusions: [ConfusionCount]? {
        confusionCounts
            ?? confusionMatrix.map { matrix in
                matrix.enumerated().flatMap { label, row in
                    row.enumerated().filter { $1 > 0 }.map {
                        ConfusionCount(label: label, predicted: $0, count: $1)
                    }
                }
            }
    }
}

/// Counts of a classification.
///
/// Few classes have a whole confusion matrix. Of more only what is not zero is kept, at most a number for each sample,
/// and nothing if it is not asked for.
struct ClassificationMetrics {
    private(set) var correct = 0
    private(set) var amongFive = 0
    private let classes: Int
    /// `[classes, classes]`; empty for many classes.
    private var matrix: [Int]
    /// Counts by label · classes + predicted; nil unless they are asked for.
    private var counts: [Int: Int]?

    /// Bytes that confusions take, with the report of them: those of few classes by pair, of more classes at most one
    /// for each sample.
    static func bytes(classes: Int, samples: Int) -> Int {
        let pairs = classes <= EvaluationReport.mostClassesOfMatrix ? classes * classes : samples
        // In a dictionary that grows, and in the report.
        return pairs * (3 * 2 * MemoryLayout<Int>.stride + MemoryLayout<ConfusionCount>.stride)
    }

    /// - Parameter countsConfusions: whether confusions of many classes are counted too.
    init(classes: Int, countsConfusions: Bool) {
        self.classes = classes
        let isSmall = classes <= EvaluationReport.mostClassesOfMatrix
        matrix = Array(repeating: 0, count: isSmall ? classes * classes : 0)
        counts = countsConfusions && !isSmall ? [:] : nil
    }

    /// - Parameters:
    ///   - rank: how many classes scored above the right one.
    mutating func add(label: Int, predicted: Int, rank: Int) {
        if rank == 0 { correct += 1 }
        if rank < 5 { amongFive += 1 }
        // Of scores that are no numbers none is the highest, and none is counted.
        if label == predicted, rank > 0 { return }
        let place = label * classes + predicted
        if matrix.isEmpty { counts?[place, default: 0] += 1 } else { matrix[place] += 1 }
    }

    var confusionMatrix: [[Int]]? {
        guard !matrix.isEmpty else { return nil }
        return (0..<classes).map { Array(matrix[$0 * classes..<($0 + 1) * classes]) }
    }

    var confusionCounts: [ConfusionCount]? {
        counts.map { counts in
            counts.sorted { $0.key < $1.key }.map {
                ConfusionCount(label: $0.key / classes, predicted: $0.key % classes, count: $0.value)
            }
        }
    }
}
