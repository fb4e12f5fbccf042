import Datasets

/// What validations decide: which checkpoint is the best, and when it is enough.
extension TrainingRun {
    /// Notes a validation in the progress. Returns whether it is the best so far.
    func recordValidation(_ validation: EvaluationReport) -> Bool {
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

    var hasStoppedEarly: Bool {
        guard let earlyStopping = trainer.configuration.earlyStopping else { return false }
        return trainer.progress.epochsWithoutImprovement >= earlyStopping.patience
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
