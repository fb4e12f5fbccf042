import Checkpoints
import Datasets
import DurableFiles
import Foundation
import HDF5
import Kernels
import Networks
import Workers

/// A training run with its directory: epochs, validation, checkpoints, early stopping.
///
///     let run = try TrainingRun(configuration, directory: "runs/digits")
///     let outcome = try run.train()
///
/// What `train` leaves behind at any step can be continued by `TrainingRun(resuming:)`, with any number of workers and
/// on any instruction set, and ends with the same bits. That holds for whatever ends it: an error, a signal, a kill.
public final class TrainingRun {
    public let directory: RunDirectory
    package let trainer: Trainer

    /// What has to be said of how the data were taken: by name, by position, in which units.
    public internal(set) var notes: [String] = []

    let store: CheckpointStore
    let checkpoints: CheckpointWriter
    let snapshot: StateSnapshot
    private var policy: CheckpointPolicy
    var evaluator: Evaluator
    private let records: RunRecords
    /// The right to train here; held from the start to the end of `train`.
    private var lock: FileLock?
    /// Where a change of the number of workers is asked for.
    var control: WorkerControl
    /// The progress of the newest checkpoint on the disk.
    private var saved: Checkpoint.Progress
    private var epochClock = Stopwatch()
    private var epochRows = 0
    private var lastEpoch: EpochReport?
    /// Why the observer wants the run to end; nil if it does not.
    private var explanation: String?
    /// Where to draw what happens, if anywhere.
    var timeline: RunTimeline?

    init(trainer: Trainer, directory: RunDirectory, lock: FileLock, recordsFingerprints: Bool) throws {
        self.trainer = trainer
        self.directory = directory
        self.lock = lock
        saved = trainer.progress
        evaluator = Evaluator(model: trainer.evaluatedModel, team: trainer.team, kernels: trainer.kernels)
        let records = try RunRecords(of: trainer, in: directory, recordsFingerprints: recordsFingerprints)
        self.records = records
        control = WorkerControl(path: directory.workersPath)
        let configuration = trainer.configuration
        store = CheckpointStore(directory: directory.checkpointsPath)
        checkpoints = CheckpointWriter(
            store: store, retention: .init(last: configuration.keepCheckpoints, every: configuration.keepEvery),
            isBetter: Self.comparison(configuration.monitor), synchronizeLogs: records.synchronization)
        snapshot = trainer.makeSnapshot()
        policy = CheckpointPolicy(configuration)
    }

    /// Trains to the end of the last epoch, or to a step.
    ///
    /// - Parameters:
    ///   - steps: how many steps to have taken since the start of the run; training stops there, even inside an epoch,
    ///     and leaves a checkpoint. nil for no such limit.
    ///   - isInterrupted: asked before each step and all through validation; once it says yes, training stops as at
    ///     `steps`. A validation that did not end is done again by a resume.
    /// - Throws: `TrainingError.nonFinite` if the loss is no number any more; the last good checkpoint stays.
    ///   `CheckpointError` if the last checkpoint cannot be written. `DatasetError`, `HDF5Error` for streamed data that
    ///   cannot be read any more. `TrainingError.runDirectory` if somebody else trains in the directory.
    public func train(
        steps: Int? = nil, observer: any TrainingObserver = SilentObserver(), isInterrupted: () -> Bool = { false }
    ) throws -> TrainingOutcome {
        try takeLock()
        defer { lock = nil }
        explanation = nil
        let lastStep = min(steps ?? .max, trainer.totalSteps)
        let summary = RunSummary(of: trainer, in: directory, lastStep: lastStep)
        records.note(summary.logLine)
        observer.runStarted(summary)
        if let text = lock.flatMap(RunDirectory.note) { note(text, observer) }
        control.begin(workers: trainer.team.workerCount)
        defer { control.end() }
        do {
            // Also after an error: when this returns nothing is half written.
            defer {
                checkpoints.wait()
                records.finish(observer)
            }
            let reason = try takeAllSteps(to: lastStep, observer, isInterrupted)
            checkpoints.wait()
            try reportCheckpoints(observer, isLast: true)
            if let advice = records.noiseAdvice { note(advice, observer) }
            if reason == .stoppedEarly, let text = earlyStoppingNote { note(text, observer) }
            let why = reason == .stoppedByObserver ? explanation : nil
            records.note("\(reason.rawValue) after step \(trainer.progress.step)" + (why.map { ": \($0)" } ?? ""))
            return TrainingOutcome(
                reason: reason, step: trainer.progress.step, epoch: trainer.progress.epoch,
                checkpoint: store.path(step: trainer.progress.step), lastEpoch: lastEpoch, explanation: why)
        } catch {
            records.note("failed after step \(trainer.progress.step): \(error)")
            throw error
        }
    }

    /// Takes steps, in one region for as long as the number of workers stays what it is.
    private func takeAllSteps(
        to lastStep: Int, _ observer: any TrainingObserver, _ isInterrupted: () -> Bool
    ) throws -> TrainingOutcome.Reason {
        epochClock.start()
        timeline?.beginEpoch()
        defer { if trainer.progress.samplesIntoEpoch > 0 { timeline?.endEpoch(trainer.progress.epoch + 1) } }
        while true {
            var asked: WorkerControl.Request?
            let reason = try trainer.team.region { try takeSteps(to: lastStep, observer, isInterrupted, &asked) }
            if let reason { return reason }
            if let asked { epochClock.pausing { change(as: asked, observer) } }
        }
    }

    /// - Parameter asked: gets the change of workers for which steps end early.
    /// - Returns: nil if they do.
    private func takeSteps(
        to lastStep: Int, _ observer: any TrainingObserver, _ isInterrupted: () -> Bool,
        _ asked: inout WorkerControl.Request?
    ) throws -> TrainingOutcome.Reason? {
        records.addFingerprints(observer)
        var reason: TrainingOutcome.Reason?
        while reason == nil {
            if trainer.isEpochComplete {
                if try !finishEpoch(observer, isInterrupted) { reason = .interrupted }
            } else if trainer.progress.epoch >= trainer.configuration.epochs {
                reason = .completed
            } else if explanation != nil {
                reason = .stoppedByObserver
            } else if trainer.progress.step >= lastStep {
                reason = .reachedStep
            } else if hasStoppedEarly {
                reason = .stoppedEarly
            } else if isInterrupted() {
                reason = .interrupted
            } else if let request = control.look() {
                asked = request
                return nil
            } else {
                let report = try draw { try step(observer) }
                records.addFingerprints(observer)
                records.add(report.noise, observer)
                epochRows += report.rows
                observer.stepFinished(report)
                take(observer.decision(after: report))
                if !trainer.isEpochComplete, policy.isDue(step: report.step) {
                    epochClock.pausing { beginCheckpoint() }
                }
                try reportCheckpoints(observer)
            }
        }
        checkpoints.wait()
        try reportCheckpoints(observer)
        if saved != trainer.progress { beginCheckpoint() }
        return reason!
    }

    private func take(_ decision: TrainingDecision) {
        if case .stop(let reason) = decision { explanation = explanation ?? reason }
    }

    /// Takes a step. What is wrong with the data says nothing about the parameters, which are then saved first.
    private func step(_ observer: any TrainingObserver) throws -> StepReport {
        do {
            return try trainer.step()
        } catch let error {
            if case TrainingError.nonFinite = error { throw error }
            checkpoints.wait()
            try reportCheckpoints(observer)
            if saved != trainer.progress { beginCheckpoint() }
            checkpoints.wait()
            try reportCheckpoints(observer)
            throw error
        }
    }

    // MARK: Epochs

    /// Validates, writes a line of metrics and a checkpoint, and goes on to the next epoch.
    ///
    /// - Returns: false if it was interrupted before all that.
    private func finishEpoch(_ observer: any TrainingObserver, _ isInterrupted: () -> Bool) throws -> Bool {
        let seconds = epochClock.stop()
        let validation: EvaluationReport?
        trainer.prepareEvaluation()
        do {
            validation = try trainer.dataset[.validation].map {
                timeline?.begin()
                defer { timeline?.end(.validation, trainer.progress.epoch + 1) }
                var report = try evaluator.evaluate(
                    $0, split: .validation, countsConfusions: false, isInterrupted: isInterrupted)
                report.name(by: report.classNames, trainer.dataset.contract.targetNames)
                return report
            }
        } catch is CancellationError {
            return false
        }
        let isBest = validation.map(recordValidation) ?? false
        let progress = trainer.progress
        let samples = Double(progress.samplesIntoEpoch)
        let report = EpochReport(
            epoch: progress.epoch + 1, step: progress.step,
            learningRate: trainer.learningRate(step: progress.step - 1),
            trainingLoss: progress.epochLoss / progress.epochWeight!,
            trainingAccuracy: trainer.configuration.loss.isClassification
                ? Double(progress.epochCorrect) / samples : nil,
            validation: validation, isBest: isBest, samplesPerSecond: Double(epochRows) / seconds, seconds: seconds)
        timeline?.endEpoch(report.epoch)
        trainer.beginNextEpoch()
        lastEpoch = report
        // Before the checkpoint, so that no resume comes after a line that is missing.
        records.add(report, observer)
        beginCheckpoint(isBest: isBest)
        observer.epochFinished(report)
        take(observer.decision(after: report))
        epochRows = 0
        epochClock.start()
        timeline?.beginEpoch()
        return true
    }

    // MARK: Checkpoints

    /// Copies the state and lets it be written. Only within a region.
    private func beginCheckpoint(isBest: Bool = false) {
        policy.begun()
        checkpoints.write(snapshot, of: trainer.progress, isBest: isBest || trainer.progress.isBest, timeline: timeline)
        {
            timeline?.begin()
            snapshot.take(trainer.progress, team: trainer.team)
            timeline?.end(.checkpointCopy, trainer.progress.step)
        }
    }

    /// Tells what came of checkpoints.
    ///
    /// - Parameter isLast: whether there will be no other to make up for one that failed.
    /// - Throws: the error of the last; that of a state that is not worth saving.
    private func reportCheckpoints(_ observer: any TrainingObserver, isLast: Bool = false) throws {
        for outcome in checkpoints.takeOutcomes() {
            switch outcome {
            case .written(let path, let progress):
                saved = progress
                observer.checkpointWritten(path: path, step: progress.step)
            case .trouble(let what, let error):
                records.note(
                    "cannot \(what), and training goes on: \(error)", cause: "\(what): \(error.cause)", observer)
            case .failed(let progress, let error):
                if isLast { throw error }
                if case TrainingError.nonFinite = error { throw error }
                records.note(
                    "step \(progress.step) could not be saved, and training goes on; the newest checkpoint is that of "
                        + "step \(saved.step). \(error)", cause: "save: \(error.cause)", observer)
            }
        }
        records.report(observer)
    }

    /// Adds an event to the run's log, unless another process trains in the directory by now and goes on with it.
    public func note(_ message: String) {
        if lock != nil { return records.note(message) }
        guard let lock = try? directory.lock(takesOver: true) else { return }
        withExtendedLifetime(lock) {
            records.reopen()
            records.note(message)
        }
    }

    func note(_ message: String, _ observer: any TrainingObserver) { records.note(message, observer) }

    /// Takes the lock again if `train` gave it back.
    ///
    /// - Throws: `TrainingError.runDirectory` if somebody else has it, or has trained on since.
    private func takeLock() throws {
        guard lock == nil else { return }
        // What was written a moment ago may be our own.
        let lock = try directory.lock(takesOver: true)
        guard try store.steps().last == saved.step else {
            throw TrainingError.runDirectory(
                path: directory.path, problem: "somebody else has trained on since step \(saved.step): resume it")
        }
        self.lock = lock
        records.reopen()
    }
}
