import Foundation

/// What a run writes down of itself beside its checkpoints: a line of metrics an epoch, fingerprints, noise, and its
/// log.
///
/// None of it ends training: a line that cannot be written now is written later, which is said now and then.
final class RunRecords {
    private let trainer: Trainer
    private let directory: RunDirectory
    private let metrics: MetricsLog
    private let fingerprints: FingerprintLog?
    private let noise: NoiseLog?
    private var log: RunLog
    private var troubles = RecurringTrouble()

    /// Opens the records, and removes lines of epochs and steps that are to be taken again.
    init(of trainer: Trainer, in directory: RunDirectory, recordsFingerprints: Bool) throws {
        self.trainer = trainer
        self.directory = directory
        metrics = try MetricsLog(path: directory.metricsPath, keepingEpochs: trainer.progress.epoch)
        fingerprints = recordsFingerprints ? try FingerprintLog(of: trainer, path: directory.fingerprintsPath) : nil
        noise = try trainer.configuration.noiseScaleEvery.map { _ in
            try NoiseLog(path: directory.noisePath, keepingSteps: trainer.progress.step)
        }
        log = try RunLog(path: directory.logPath)
    }

    // MARK: Lines

    func add(_ report: EpochReport, _ observer: any TrainingObserver) {
        do {
            try metrics.append(report)
        } catch {
            note("\(error) to be written with the next one", cause: directory.metricsPath, observer)
        }
    }

    /// Adds the line of the step that was just taken, if the run has them. Only within a region.
    func addFingerprints(_ observer: any TrainingObserver) {
        guard let fingerprints else { return }
        do {
            try fingerprints.record(step: trainer.progress.step, team: trainer.team)
        } catch {
            note("\(error) to be written later", cause: directory.fingerprintsPath, observer)
        }
    }

    /// Adds what the last step measured, if it did.
    func add(_ measured: GradientNoise?, _ observer: any TrainingObserver) {
        guard let noise, let measured else { return }
        do {
            try noise.append(
                measured, step: trainer.progress.step, batchSize: trainer.configuration.batchSize)
        } catch {
            note("\(error) to be written later", cause: directory.noisePath, observer)
        }
    }

    /// What the measurements advise; nil without any.
    var noiseAdvice: String? { noise?.advice(batchSize: trainer.configuration.batchSize) }

    // MARK: Files

    /// Puts the lines that a resume goes on from on the disk: on any thread, before a checkpoint that follows them.
    var synchronization: @Sendable () throws -> Void {
        { [metrics, fingerprints] in
            try metrics.synchronize()
            try fingerprints?.synchronize()
        }
    }

    /// Says what lines are missing in files.
    func report(_ observer: any TrainingObserver) {
        func report(_ log: LineLog?) { log?.takeNotices().forEach { note($0, observer) } }
        report(metrics.log)
        report(fingerprints?.log)
        report(noise?.log)
        report(log.log)
    }

    /// Puts all lines on the disk, and says what could not be.
    func finish(_ observer: any TrainingObserver) {
        for log in [metrics.log, fingerprints?.log, noise?.log].compactMap({ $0 }) {
            do { try log.synchronize() } catch { note("\(error), and are lost if the program ends now", observer) }
        }
        report(observer)
    }

    /// Takes the log up where it ends by now, which somebody else may have gone on with.
    func reopen() {
        if let log = try? RunLog(path: directory.logPath) { self.log = log }
    }

    // MARK: Events

    func note(_ message: String) { log.note(message) }

    func note(_ message: String, _ observer: any TrainingObserver) {
        log.note(message)
        observer.note(message)
    }

    /// Says a trouble that may come with each step, now and then.
    func note(_ message: String, cause: String, _ observer: any TrainingObserver) {
        if let message = troubles.say(message, cause: cause) { note(message, observer) }
    }
}
