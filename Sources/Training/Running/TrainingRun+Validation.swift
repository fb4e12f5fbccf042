import Checkpoints
import Datasets
import Foundation

/// Validations, and what they decide: which checkpoint is the best, and when it is enough.
extension TrainingRun {
    /// Computes loss and metrics of one split with the current parameters.
    ///
    /// - Parameter isInterrupted: asked every few thousand samples.
    /// - Throws: `CancellationError` once it says yes.
    public func evaluate(_ split: Split, isInterrupted: () -> Bool = { false }) throws -> EvaluationReport {
        let table = try trainer.dataset.table(split)
        trainer.prepareEvaluation()
        var report = try trainer.team.region {
            try evaluator.evaluate(table, split: split, isInterrupted: isInterrupted)
        }
        name(&report)
        return report
    }

    /// Computes loss and metrics of one split with the parameters of the best checkpoint.
    ///
    /// - Parameter isInterrupted: asked every few thousand samples.
    /// - Returns: the epoch it was written after, and its metrics; nil where there is no best checkpoint.
    /// - Throws: `CancellationError` once `isInterrupted` says yes; `CheckpointError` if it cannot be read.
    public func evaluateBest(
        _ split: Split, isInterrupted: () -> Bool = { false }
    ) throws -> (epoch: Int, report: EvaluationReport)? {
        if let progress = try store.bestProgress(), progress.step == trainer.progress.step {
            return (progress.epoch, try evaluate(split, isInterrupted: isInterrupted))
        }
        let table = try trainer.dataset.table(split)
        trainer.rest()
        checkpoints.rest(snapshot)
        guard let best = try store.best(keeping: Checkpoint.isEvaluated) else { return nil }
        let model = try Model(
            network: trainer.model.network, checkpoint: best.evaluated, path: store.bestPath, isTrained: false,
            kernels: trainer.kernels)
        let evaluator = Evaluator(model: model, team: trainer.team, kernels: trainer.kernels)
        var report = try trainer.team.region {
            try evaluator.evaluate(table, split: split, isInterrupted: isInterrupted)
        }
        name(&report)
        return (best.progress.epoch, report)
    }

    private func name(_ report: inout EvaluationReport) {
        report.name(by: trainer.dataset.classNames, trainer.dataset.contract.targetNames)
    }

    /// Notes a validation in the progress. Returns whether it is the best so far.
    func recordValidation(_ validation: EvaluationReport) -> Bool {
        let monitor = trainer.configuration.monitor
        let metric =
            switch monitor {
            case .loss: validation.loss
            case .accuracy: validation.accuracy ?? .nan
            }
        let required = trainer.configuration.earlyStopping?.minimumImprovement ?? 0
        var isBest = false
        trainer.record { isBest = $0.note(metric, sign: monitor.sign, minimumImprovement: required) }
        return isBest
    }

    var hasStoppedEarly: Bool {
        guard let earlyStopping = trainer.configuration.earlyStopping else { return false }
        return trainer.progress.epochsWithoutImprovement >= earlyStopping.patience
    }

    /// Whether the best metric of the first is better than that of the second.
    static func comparison(
        _ monitor: MonitoredMetric
    ) -> @Sendable (Checkpoint.Progress, Checkpoint.Progress) -> Bool {
        { first, second in
            guard let first = first.bestMetric, let second = second.bestMetric else { return false }
            return monitor.sign * (first - second) > 0
        }
    }

    /// Why early stopping ended the run, and what goes on from there.
    var earlyStoppingNote: String? {
        guard hasStoppedEarly, let earlyStopping = trainer.configuration.earlyStopping else { return nil }
        let (progress, configuration) = (trainer.progress, trainer.configuration)
        func text(_ value: Double?) -> String { value.map { String(format: "%.5g", $0) } ?? "none" }
        let gain = earlyStopping.minimumImprovement > 0 ? " by more than \(earlyStopping.minimumImprovement)" : ""
        let checkpoint = store.path(step: progress.step)
        return
            "early stopping ended the run after epoch \(progress.epoch): the validation \(configuration.monitor.rawValue) "
            + "has not become better than \(text(progress.countedMetric ?? progress.bestMetric))\(gain) for "
            + "\(progress.epochsWithoutImprovement) of \(earlyStopping.patience) epochs of patience; to go on all the "
            + "same, branch, which begins to wait anew: "
            + "`lockstep train --from \(checkpoint) --epochs \(max(configuration.epochs, progress.epoch + 1))`"
    }

    static func checkMonitor(_ trainer: Trainer) throws {
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
}

extension MonitoredMetric {
    /// 1 where higher is better, -1 where lower is.
    fileprivate var sign: Double {
        switch self {
        case .loss: -1
        case .accuracy: 1
        }
    }
}

extension Checkpoint.Progress {
    /// Notes the monitored metric of the epoch that ends. What is no finite number is no improvement and never the
    /// best, and whatever is one is better.
    ///
    /// - Parameters:
    ///   - sign: 1 where higher is better, -1 where lower is.
    ///   - minimumImprovement: by how much it must be better than the last one that was, to end the wait of early
    ///     stopping: as in Keras and Lightning, small steps add up until they are.
    /// - Returns: whether it is the best so far, however little better.
    mutating func note(_ metric: Double, sign: Double, minimumImprovement: Double) -> Bool {
        func isBetter(than other: Double?, by difference: Double) -> Bool {
            guard metric.isFinite else { return false }
            guard let other, other.isFinite else { return true }
            return sign * (metric - other) > difference
        }
        countedMetric = countedMetric ?? bestMetric
        if isBetter(than: countedMetric, by: minimumImprovement) {
            (countedMetric, epochsWithoutImprovement) = (metric, 0)
        } else {
            epochsWithoutImprovement += 1
        }
        guard isBetter(than: bestMetric, by: 0) else { return false }
        (bestMetric, bestEpoch) = (metric, epoch + 1)
        return true
    }
}
