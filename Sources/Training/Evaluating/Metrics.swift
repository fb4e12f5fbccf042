import Foundation

/// How well a network does on one split.
public struct EvaluationReport: Sendable, Codable, Equatable {
    public var split: String
    public var samples: Int
    /// The mean loss.
    public var loss: Double
    /// The share of samples whose class was given the highest score; with binary cross-entropy, of outputs on the right
    /// side of one half. nil for regression.
    public var accuracy: Double?
    /// The share of samples whose class is among the five highest; nil where there are no more than five.
    public var top5Accuracy: Double?
    /// How many samples of class i were taken for class j, in row i and column j; up to 100 classes.
    public var confusionMatrix: [[Int]]?
    /// The counts of such a matrix that are not zero, by class and then by predicted class; for more than 100 classes,
    /// and where they are asked for: the validations of a run do without.
    public var confusionCounts: [ConfusionCount]?
    /// For regression: root of the mean squared error over all outputs.
    public var rootMeanSquaredError: Double?
    /// For regression: mean of the absolute errors over all outputs.
    public var meanAbsoluteError: Double?
    /// For regression: 1 - (squared errors / squared deviations from each output's mean). 1 is perfect, 0 no better
    /// than the mean; nil where the targets do not vary. Over all outputs: the mean of theirs, weighted by the variance
    /// of their targets, so that an output of small numbers hardly counts.
    public var rSquared: Double?
    /// R² of each output, where there are several; nil for one whose targets do not vary.
    public var rSquaredByOutput: [Double?]?
    /// The names of classes that the checkpoint has, in the order of rows and columns of the confusion matrix; nil
    /// where classes have no names.
    public var classNames: [String]?
    /// The names of the outputs of a regression with several, in the order of `rSquaredByOutput`; nil where the targets
    /// trained on have no names.
    public var targetNames: [String]?

    /// Names classes or outputs as the data that the network was trained on do.
    mutating func name(by classNames: [String]?, _ targetNames: [String]?) {
        self.classNames = classNames
        guard let outputs = rSquaredByOutput, let targetNames, targetNames.count == outputs.count else { return }
        self.targetNames = targetNames
    }

    /// The output with the least R²; nil where there is one output.
    public var leastOutput: Int? {
        rSquaredByOutput?.enumerated().compactMap { index, value in value.map { (index, $0) } }
            .min { $0.1 < $1.1 }?.0
    }

    /// The least of the outputs'; nil where there is one output.
    public var leastRSquared: Double? { rSquaredByOutput?.compactMap { $0 }.min() }
}

/// Sums of a regression, in the order of the samples, so that they are the same for any number of workers.
struct RegressionMetrics {
    private var count = 0
    private var squaredErrors = 0.0
    private var squaredErrorsByOutput: [Double]
    private var absoluteErrors = 0.0
    /// Welford's running mean and squared deviations, an entry for each output.
    private var means: [Double]
    private var deviations: [Double]
    private var rows = 0

    init(width: Int) {
        means = Array(repeating: 0, count: width)
        deviations = means
        squaredErrorsByOutput = means
    }

    mutating func add(prediction: UnsafeBufferPointer<Float>, target: UnsafePointer<Float>) {
        rows += 1
        for column in prediction.indices {
            let value = Double(target[column])
            let error = Double(prediction[column]) - value
            squaredErrors += error * error
            squaredErrorsByOutput[column] += error * error
            absoluteErrors += abs(error)
            let delta = value - means[column]
            means[column] += delta / Double(rows)
            deviations[column] += delta * (value - means[column])
        }
        count += prediction.count
    }

    var rootMeanSquaredError: Double { (squaredErrors / Double(count)).squareRoot() }
    var meanAbsoluteError: Double { absoluteErrors / Double(count) }

    var rSquared: Double? {
        let total = deviations.reduce(0, +)
        return total > 0 ? 1 - squaredErrors / total : nil
    }

    var rSquaredByOutput: [Double?] {
        zip(squaredErrorsByOutput, deviations).map { $1 > 0 ? 1 - $0 / $1 : nil }
    }
}
