import Logging

/// Tells a run's progress to a logger: for servers and notebooks, where a progress bar has no place.
///
/// Epochs are logged at `info`, what the user should know at `warning`, checkpoints at `debug`. Steps are not logged:
/// there may be thousands a second.
public struct LoggingObserver: TrainingObserver {
    private let logger: Logger

    public init(_ logger: Logger = Logger(label: "lockstep")) { self.logger = logger }

    public func runStarted(_ summary: RunSummary) {
        logger.info(
            "training",
            metadata: [
                "run": "\(summary.directory)", "dataset": "\(summary.dataset)", "parameters": "\(summary.parameters)",
                "workers": "\(summary.workers)", "instructionSet": "\(summary.instructionSet)",
                "step": "\(summary.firstStep)", "lastStep": "\(summary.lastStep)",
            ])
    }

    public func epochFinished(_ report: EpochReport) {
        var metadata: Logger.Metadata = [
            "epoch": "\(report.epoch)", "step": "\(report.step)", "trainingLoss": "\(report.trainingLoss)",
            "samplesPerSecond": "\(Int(report.samplesPerSecond))",
        ]
        if let accuracy = report.trainingAccuracy { metadata["trainingAccuracy"] = "\(accuracy)" }
        if let validation = report.validation {
            metadata["validationLoss"] = "\(validation.loss)"
            if let accuracy = validation.accuracy { metadata["validationAccuracy"] = "\(accuracy)" }
        }
        logger.info("epoch finished", metadata: metadata)
    }

    public func workersChanged(to count: Int, afterStep step: Int) {
        logger.info("workers changed", metadata: ["workers": "\(count)", "step": "\(step)"])
    }

    public func checkpointWritten(path: String, step: Int) {
        logger.debug("checkpoint written", metadata: ["path": "\(path)", "step": "\(step)"])
    }

    public func note(_ message: String) { logger.warning("\(message)") }
}
