import Datasets
import Foundation
import Kernels
import Optimization
import Workers

/// The learning rate range test (Smith 2015, arXiv:1506.01186): train for a while with a rate that grows with each
/// step, and watch the loss. Where it falls fastest is a good rate; where it rises again is too far.
public struct LearningRateFinder: Sendable {
    public var lowest: Double
    public var highest: Double
    /// Steps from the lowest rate to the highest.
    public var steps: Int

    public init(lowest: Double = 1e-6, highest: Double = 10, steps: Int = 200) {
        self.lowest = lowest
        self.highest = highest
        self.steps = steps
    }

    /// Steps end when the smoothed loss is this many times its least.
    private static let divergence = 4.0

    /// The rate of a step: equal ratios from the lowest to the highest.
    ///
    /// - Parameter step: counted from zero.
    package func rate(step: Int) -> Double {
        guard steps > 1 else { return lowest }
        let share = Double(step) / Double(steps - 1)
        // No quotient of the two, which may be more than a Double holds.
        return pow(lowest, 1 - share) * pow(highest, share)
    }

    /// More steps than a picture has points, in memory that is soon to be had.
    package static let mostSteps = 1_000_000

    /// Trains a network from its initial values, and forgets it.
    ///
    /// - Parameters:
    ///   - configuration: what to train; its schedule and scaling of the learning rate are left out.
    ///   - processors: to bind workers to, as `ProcessorTopology.placement` has them; nil to let the system choose.
    ///   - isInterrupted: asked before each step; once it says yes, the steps so far are what there is.
    ///   - progress: told each step.
    ///   - planned: told what all takes of memory, before the first step.
    /// - Throws: what `Trainer` throws for a configuration that does not fit its data.
    public func sweep(
        _ configuration: Configuration, relativeTo base: String? = nil, loading: LoadingOptions = LoadingOptions(),
        workers: WorkerCount = .automatic, processors: [Int]? = nil, isInterrupted: () -> Bool = { false },
        progress: (LearningRateSweep.Point) -> Void = { _ in }, planned: (MemoryPlan) -> Void = { _ in }
    ) throws -> LearningRateSweep {
        try check()
        let memory = MemoryPlanner()
        let kernels = try selectKernels()
        var configuration = configuration
        let scaling = configuration.learningRateScaling
        configuration.schedule = .constant
        configuration.learningRateScaling = nil
        configuration.movingAverage = nil
        configuration.noiseScaleEvery = nil
        let dataset = try configuration.loadDataset(relativeTo: base, loading) { [configuration] in
            try memory.bytes(configuration, beside: $0, workers: workers, kernels: kernels)
        }
        let trainer = try Trainer(
            configuration, dataset: dataset, memory: memory, workers: workers, kernels: kernels)
        if let processors { trainer.pinWorkers(to: processors) }
        planned(trainer.memoryPlan)
        var sweep = LearningRateSweep(batchSize: configuration.batchSize, scaling: scaling)
        try trainer.team.region {
            for step in 0..<steps {
                if isInterrupted() { break }
                let rate = rate(step: step)
                do {
                    let report = try trainer.step(learningRate: rate)
                    // A batch that weighs nothing has no loss.
                    if report.weight > 0 { sweep.add(rate: rate, loss: report.loss) }
                } catch TrainingError.nonFinite {
                    sweep.hasDiverged = true
                }
                if let point = sweep.points.last { progress(point) }
                if let point = sweep.points.last, let least = sweep.leastLoss, point.smoothed > Self.divergence * least
                {
                    sweep.hasDiverged = true
                }
                if sweep.hasDiverged { break }
                if trainer.isEpochComplete { trainer.beginNextEpoch() }
            }
        }
        return sweep
    }

    /// - Throws: `TrainingError.invalidConfiguration`.
    private func check() throws {
        guard lowest > 0, lowest.isFinite else { throw TrainingError.invalid("lowest", "a positive number", lowest) }
        guard highest > lowest, highest.isFinite else {
            throw TrainingError.invalid("highest", "more than the lowest, \(lowest)", highest)
        }
        for (name, rate) in [("lowest", lowest), ("highest", highest)] where !rate.isInRangeOfFloat {
            throw TrainingError.invalid(name, Double.rangeOfFloat, rate)
        }
        guard steps >= 10 else { throw TrainingError.invalid("steps", "at least 10", steps) }
        guard steps <= Self.mostSteps else { throw TrainingError.invalid("steps", "at most \(Self.mostSteps)", steps) }
    }
}

/// What a range test has seen, and what it suggests.
///
/// Its rates are those of the batches that were trained on. Under `learningRateScaling` the one to write down as the
/// optimizer's `learningRate` is another: `learningRate`.
public struct LearningRateSweep: Sendable, Encodable {
    /// Rows of the batches.
    public let batchSize: Int
    /// How the rate that is written down follows the batch size.
    public let scaling: LearningRateScaling?

    package init(batchSize: Int, scaling: LearningRateScaling? = nil) {
        (self.batchSize, self.scaling) = (batchSize, scaling)
    }

    public struct Point: Sendable, Encodable {
        /// The rate of the step.
        public let learningRate: Double
        /// The loss of a batch with the parameters before the step.
        public let loss: Double
        /// The running mean of losses.
        public let smoothed: Double
    }

    public private(set) var points: [Point] = []
    /// Whether the loss had exploded at the last point.
    public internal(set) var hasDiverged = false

    private var running = 0.0

    /// What a running mean keeps a step; fastai has the same.
    private static let keeping = 0.95

    mutating func add(rate: Double, loss: Double) {
        running = Self.keeping * running + (1 - Self.keeping) * loss
        let smoothed = running / (1 - pow(Self.keeping, Double(points.count + 1)))
        points.append(Point(learningRate: rate, loss: loss, smoothed: smoothed))
        leastLoss = min(leastLoss ?? smoothed, smoothed)
    }

    /// The least smoothed loss.
    private(set) var leastLoss: Double?

    /// The rate at which the smoothed loss is least: as far as one can go.
    public var atLeastLoss: Double? { points.min { $0.smoothed < $1.smoothed }?.learningRate }

    /// The rate at which the smoothed loss falls fastest by the logarithm of the rate, before its least: a good choice.
    /// nil where it never falls.
    public var steepest: Double? {
        guard let end = points.indices.min(by: { points[$0].smoothed < points[$1].smoothed }), end > 2 else {
            return nil
        }
        // Over a tenth of the points, since neighbors tell noise, and none of the first tenth, of which the mean is
        // young.
        let reach = max(1, points.count / 20)
        var best: (slope: Double, rate: Double)?
        let first = reach + points.count / 10
        for index in first..<max(first + 1, end) where index + reach < points.count {
            let (before, after) = (points[index - reach], points[index + reach])
            let slope = (after.smoothed - before.smoothed) / log(after.learningRate / before.learningRate)
            if slope < best?.slope ?? 0 { best = (slope, points[index].learningRate) }
        }
        return best?.rate
    }

    /// What to write down as the optimizer's `learningRate`, for batches of this size to have the steepest rate: what
    /// `learningRateScaling` makes that of. nil where the loss never falls.
    public var learningRate: Double? { steepest.map { $0 / (scaling?.factor(batchSize: batchSize) ?? 1) } }

    private enum CodingKeys: String, CodingKey {
        case batchSize, points, hasDiverged, steepest, atLeastLoss, learningRateScaling, learningRate
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(points, forKey: .points)
        try fields.encode(hasDiverged, forKey: .hasDiverged)
        try fields.encodeIfPresent(steepest, forKey: .steepest)
        try fields.encodeIfPresent(atLeastLoss, forKey: .atLeastLoss)
        try fields.encode(batchSize, forKey: .batchSize)
        try fields.encodeIfPresent(scaling, forKey: .learningRateScaling)
        try fields.encodeIfPresent(learningRate, forKey: .learningRate)
    }
}
