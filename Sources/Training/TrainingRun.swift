import Checkpoints
import Datasets
import Foundation
import Kernels
import Networks
import Parallel

/// A training run with its directory: epochs, validation, checkpoints, early stopping.
///
///     let run = try TrainingRun(configuration, directory: "runs/digits")
///     let outcome = try run.train()
///
/// What `train` leaves behind at any step can be continued by `TrainingRun(resuming:)`, with any number of workers and
/// on any instruction set, and ends with the same bits.
public final class TrainingRun {
    public let directory: RunDirectory
    public let trainer: Trainer

    private let checkpoints: CheckpointStore
    private let evaluator: Evaluator
    private let metrics: MetricsLog
    private var epochClock = Stopwatch()
    private var epochRows = 0
    private var lastEpoch: EpochReport?

    /// Starts a new run. The directory is made last, when nothing can be wrong with configuration and data any more.
    ///
    /// - Parameters:
    ///   - directory: where the run keeps its files; nil for the next free name under `runs`.
    ///   - relativeTo: the directory that a relative path of the data set starts from; nil for the current one.
    ///   - kernels: nil for the best that this machine has, or what `LOCKSTEP_INSTRUCTION_SET` names.
    public convenience init(
        _ configuration: Configuration, directory: String? = nil, relativeTo base: String? = nil,
        workers: WorkerCount = .automatic, kernels: (any KernelTable.Type)? = nil
    ) throws {
        try configuration.check()
        let dataset = try Dataset.load(configuration.dataset, relativeTo: base)
        let trainer = try Trainer(
            configuration, dataset: dataset, workers: workers, kernels: try kernels ?? selectKernels())
        try Self.checkMonitor(trainer)
        let made =
            try directory.map { try RunDirectory.create($0, configuration: trainer.configuration) }
            ?? RunDirectory.createNext(for: dataset.name, configuration: trainer.configuration)
        do {
            try self.init(trainer: trainer, directory: made)
            try writeCheckpoint(SilentObserver())
        } catch {
            made.remove()
            throw error
        }
    }

    /// Continues a run from its newest good checkpoint.
    ///
    /// - Parameters:
    ///   - epochs: how many epochs the whole run shall have; nil for as many as it was started with.
    ///   - observer: hears of damaged checkpoints that were passed over.
    public convenience init(
        resuming path: String, epochs: Int? = nil, relativeTo base: String? = nil, workers: WorkerCount = .automatic,
        kernels: (any KernelTable.Type)? = nil, observer: any TrainingObserver = SilentObserver()
    ) throws {
        let directory = try RunDirectory.open(path)
        let store = CheckpointStore(directory: directory.checkpointsPath)
        let (checkpoint, checkpointPath) = try store.newest { observer.note($0) }
        var configuration = try Configuration(yaml: checkpoint.configuration, path: checkpointPath)
        if let epochs { configuration.epochs = epochs }
        try configuration.check()
        let dataset = try Dataset.load(configuration.dataset, relativeTo: base)
        let trainer = try Trainer(
            resuming: checkpoint, path: checkpointPath, configuration: configuration, dataset: dataset,
            workers: workers, kernels: try kernels ?? selectKernels())
        try self.init(trainer: trainer, directory: directory)
        if epochs != nil { try directory.write(trainer.configuration) }
    }

    private init(trainer: Trainer, directory: RunDirectory) throws {
        self.trainer = trainer
        self.directory = directory
        checkpoints = CheckpointStore(directory: directory.checkpointsPath)
        evaluator = Evaluator(model: trainer.model, team: trainer.team, kernels: trainer.kernels)
        metrics = try MetricsLog(path: directory.metricsPath, keepingEpochs: trainer.progress.epoch)
    }

    /// Trains to the end of the last epoch, or to a step.
    ///
    /// - Parameters:
    ///   - steps: how many steps to have taken since the start of the run; training stops there, even inside an epoch,
    ///     and leaves a checkpoint. nil for no such limit.
    ///   - isInterrupted: asked before each step; once it says yes, training stops as at `steps`.
    /// - Throws: `TrainingError.nonFinite` if the loss is no number any more; the last good checkpoint stays.
    public func train(
        steps: Int? = nil, observer: any TrainingObserver = SilentObserver(), isInterrupted: () -> Bool = { false }
    ) throws -> TrainingOutcome {
        let lastStep = min(steps ?? .max, trainer.totalSteps)
        observer.runStarted(summary(lastStep: lastStep))
        var reason = TrainingOutcome.Reason.completed
        try trainer.team.region {
            epochClock.start()
            while trainer.progress.epoch < trainer.configuration.epochs {
                if trainer.progress.step >= lastStep {
                    reason = .reachedStep
                    break
                }
                if hasStoppedEarly {
                    reason = .stoppedEarly
                    break
                }
                if isInterrupted() {
                    reason = .interrupted
                    break
                }
                let report = try trainer.step()
                epochRows += report.rows
                observer.stepFinished(report)
                if trainer.isEpochComplete {
                    try finishEpoch(report, observer)
                } else if let every = trainer.configuration.checkpointEvery, report.step % every == 0 {
                    try epochClock.pausing { try writeCheckpoint(observer) }
                }
            }
        }
        if !checkpoints.contains(step: trainer.progress.step) { try writeCheckpoint(observer) }
        return TrainingOutcome(
            reason: reason, step: trainer.progress.step, epoch: trainer.progress.epoch,
            checkpoint: checkpoints.path(step: trainer.progress.step), lastEpoch: lastEpoch)
    }

    /// Computes loss and metrics of one split with the current parameters.
    public func evaluate(_ split: Split) throws -> EvaluationReport {
        let table = try trainer.dataset.table(split)
        return trainer.team.region { evaluator.evaluate(table, split: split) }
    }

    // MARK: Epochs

    private func finishEpoch(_ step: Trainer.StepReport, _ observer: any TrainingObserver) throws {
        let seconds = epochClock.stop()
        let validation = trainer.dataset[.validation].map { evaluator.evaluate($0, split: .validation) }
        let isBest = validation.map(recordValidation) ?? false
        let progress = trainer.progress
        let samples = Double(progress.samplesIntoEpoch)
        let report = EpochReport(
            epoch: step.epoch, step: step.step, learningRate: step.learningRate,
            trainingLoss: progress.epochLoss / samples,
            trainingAccuracy: trainer.configuration.loss.isClassification
                ? Double(progress.epochCorrect) / samples : nil,
            validation: validation, isBest: isBest, samplesPerSecond: Double(epochRows) / seconds, seconds: seconds)
        trainer.beginNextEpoch()
        lastEpoch = report
        try writeCheckpoint(observer)
        if isBest { try checkpoints.markBest(step: step.step) }
        try metrics.append(report)
        observer.epochFinished(report)
        epochRows = 0
        epochClock.start()
    }

    /// Notes a validation in the progress. Returns whether it is the best so far.
    private func recordValidation(_ validation: EvaluationReport) -> Bool {
        let (metric, sign): (Double, Double) =
            switch trainer.configuration.monitor {
            case .loss: (validation.loss, -1)
            case .accuracy: (validation.accuracy ?? .nan, 1)
            }
        let best = trainer.progress.bestMetric
        let required = trainer.configuration.earlyStopping?.minimumImprovement ?? 0
        let isBest = best.map { sign * (metric - $0) > 0 } ?? true
        let countsAsImprovement = best.map { sign * (metric - $0) > required } ?? true
        trainer.record { progress in
            progress.epochsWithoutImprovement = countsAsImprovement ? 0 : progress.epochsWithoutImprovement + 1
            if isBest {
                progress.bestMetric = metric
                progress.bestEpoch = progress.epoch + 1
            }
        }
        return isBest
    }

    private var hasStoppedEarly: Bool {
        guard let earlyStopping = trainer.configuration.earlyStopping else { return false }
        return trainer.progress.epochsWithoutImprovement >= earlyStopping.patience
    }

    private static func checkMonitor(_ trainer: Trainer) throws {
        let configuration = trainer.configuration
        if configuration.earlyStopping != nil, trainer.dataset[.validation] == nil {
            throw TrainingError.invalidConfiguration(
                field: "earlyStopping",
                problem: "expected a validation split to watch, found none in \(trainer.dataset.name): "
                    + "add one, or set dataset.validationFraction")
        }
        if configuration.monitor == .accuracy, !configuration.loss.isClassification,
            configuration.loss != .binaryCrossEntropy
        {
            throw TrainingError.invalidConfiguration(
                field: "monitor", problem: "expected loss, since loss \(configuration.loss.name) has no accuracy")
        }
    }

    // MARK: Checkpoints

    private func writeCheckpoint(_ observer: any TrainingObserver) throws {
        let path = try checkpoints.write(try trainer.checkpoint(), keepingLast: trainer.configuration.keepCheckpoints)
        observer.checkpointWritten(path: path, step: trainer.progress.step)
    }

    private func summary(lastStep: Int) -> RunSummary {
        RunSummary(
            directory: directory.path, dataset: trainer.dataset.name,
            trainSamples: trainer.dataset[.train]?.count ?? 0,
            parameters: trainer.model.network.layout.elementCount, batchSize: trainer.configuration.batchSize,
            shuffleQuality: trainer.shuffleQuality,
            shards: trainer.configuration.shards!, workers: trainer.team.workerCount,
            instructionSet: trainer.kernels.name, epochs: trainer.configuration.epochs,
            stepsPerEpoch: trainer.stepsPerEpoch, firstStep: trainer.progress.step, lastStep: lastStep)
    }
}

/// The kernels that this process uses unless it says otherwise.
public func selectKernels() throws -> any KernelTable.Type {
    try selectKernels(environment: ProcessInfo.processInfo.environment)
}

/// Measures time that is spent on one thing, with pauses.
private struct Stopwatch {
    private var started = ContinuousClock.now
    private var accumulated = Duration.zero

    mutating func start() {
        accumulated = .zero
        started = .now
    }

    mutating func stop() -> Double {
        accumulated += .now - started
        return accumulated / .seconds(1)
    }

    mutating func pausing<Result>(_ body: () throws -> Result) rethrows -> Result {
        accumulated += .now - started
        defer { started = .now }
        return try body()
    }
}
