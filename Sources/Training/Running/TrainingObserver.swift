import Checkpoints
import Datasets

/// Hears of a run's progress, for a bar, a log or a plot. Called by the thread that leads the run, between phases:
/// what it does delays the next step.
public protocol TrainingObserver {
    /// The run is about to take its next step.
    func runStarted(_ summary: RunSummary)
    /// A step was taken. Called thousands of times a second with small networks.
    func stepFinished(_ report: StepReport)
    /// An epoch has ended and was validated.
    func epochFinished(_ report: EpochReport)
    /// Whether the run goes on, asked after `stepFinished`. If not, it ends with a checkpoint; after the last step of an
    /// epoch, that is validated first.
    func decision(after report: StepReport) -> TrainingDecision
    /// Whether the run goes on, asked after `epochFinished`. If not, it ends with the checkpoint of the epoch.
    func decision(after report: EpochReport) -> TrainingDecision
    /// The run goes on with another number of workers, as somebody asked.
    func workersChanged(to count: Int, afterStep step: Int)
    /// A checkpoint was committed.
    func checkpointWritten(path: String, step: Int)
    /// Something the user should know.
    func note(_ message: String)
}

extension TrainingObserver {
    public func runStarted(_ summary: RunSummary) {}
    public func stepFinished(_ report: StepReport) {}
    public func epochFinished(_ report: EpochReport) {}
    public func decision(after report: StepReport) -> TrainingDecision { .goOn }
    public func decision(after report: EpochReport) -> TrainingDecision { .goOn }
    public func workersChanged(to count: Int, afterStep step: Int) {}
    public func checkpointWritten(path: String, step: Int) {}
    public func note(_ message: String) {}
}

/// What an observer wants of a run.
public enum TrainingDecision: Sendable, Equatable {
    case goOn
    /// End here, for a reason that `TrainingOutcome.explanation` repeats.
    case stop(because: String)
}

/// An observer that does nothing.
public struct SilentObserver: TrainingObserver {
    public init() {}
}

/// What one step did.
public struct StepReport: Sendable {
    /// Steps taken since the start of the run, this one included.
    public let step: Int
    /// The epoch it belongs to, counted from 1.
    public let epoch: Int
    /// The mean loss of the batch, before the update.
    public let loss: Double
    public let learningRate: Double
    public let rows: Int
    /// What the batch counts in the mean of an epoch: its rows, or the sum of their classes' weights.
    public let weight: Double
    /// The global norm of the gradients before clipping; nil when no norm clips them.
    public let gradientNorm: Double?
    /// What the gradients of the step's shards say about their noise; nil in steps that do not measure it.
    public let noise: GradientNoise?
}

/// What a run is about to do.
public struct RunSummary: Sendable {
    public let directory: String
    public let dataset: String
    public let trainSamples: Int
    public let parameters: Int
    public let batchSize: Int
    /// How well samples are mixed, unless they are shuffled fully.
    public let shuffleQuality: ShuffleQuality?
    public let shards: Int
    public let workers: Int
    public let instructionSet: String
    public let epochs: Int
    public let stepsPerEpoch: Int
    /// Steps taken before: zero for a new run.
    public let firstStep: Int
    /// The step at which training stops.
    public let lastStep: Int
}

extension RunSummary {
    init(of trainer: Trainer, in directory: RunDirectory, lastStep: Int) {
        self.init(
            directory: directory.path, dataset: trainer.dataset.name,
            trainSamples: trainer.dataset[.train]?.count ?? 0,
            parameters: trainer.model.network.layout.elementCount, batchSize: trainer.configuration.batchSize,
            shuffleQuality: trainer.shuffleQuality,
            shards: trainer.configuration.shards!, workers: trainer.team.workerCount,
            instructionSet: trainer.kernels.name, epochs: trainer.configuration.epochs,
            stepsPerEpoch: trainer.stepsPerEpoch, firstStep: trainer.progress.step, lastStep: lastStep)
    }

    /// The summary as a line of the run's log.
    var logLine: String {
        (firstStep == 0 ? "begins" : "goes on after step \(firstStep)")
            + " to step \(lastStep): \(dataset), batches of \(batchSize) in \(shards) shards, \(workers) workers, "
            + "\(instructionSet), Lockstep \(lockstepVersion), bits version \(bitsVersion)"
    }
}

/// What an epoch came to: a line of `metrics.csv`.
public struct EpochReport: Sendable {
    /// Counted from 1.
    public let epoch: Int
    /// Steps since the start of the run.
    public let step: Int
    /// The learning rate of the epoch's last step.
    public let learningRate: Double
    /// The mean of the batches' losses, each before its update, and each with the weight of its rows.
    public let trainingLoss: Double
    /// The share of samples classified rightly as they were trained on; nil for regression.
    public let trainingAccuracy: Double?
    /// Metrics of the validation split; nil where the data set has none.
    public let validation: EvaluationReport?
    /// Whether the monitored metric is the best so far.
    public let isBest: Bool
    /// Training alone, without validation and checkpoints.
    public let samplesPerSecond: Double
    public let seconds: Double
}

/// How a call of `TrainingRun.train` ended.
public struct TrainingOutcome: Sendable {
    public enum Reason: String, Sendable {
        /// All epochs are done.
        case completed
        /// The step asked for is reached.
        case reachedStep
        /// The monitored metric has stopped getting better.
        case stoppedEarly
        /// The caller wanted it to end here.
        case interrupted
        /// The observer wanted it to end here; `explanation` says why.
        case stoppedByObserver
    }

    public let reason: Reason
    public let step: Int
    public let epoch: Int
    /// The checkpoint of the last step.
    public let checkpoint: String
    public let lastEpoch: EpochReport?
    /// Why the observer stopped the run; nil if it did not.
    public let explanation: String?
}
