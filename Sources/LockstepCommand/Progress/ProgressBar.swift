import Training

/// A run's progress for someone who watches: a line for each finished epoch, and below them one that changes.
///
/// The changing line is rewritten in place at most ten times a second, whatever the speed of steps, and never fills the
/// last column, at which terminals differ in when they wrap.
final class ProgressBar: TrainingObserver {
    private static let interval = Duration.milliseconds(100)
    private static let eraseLine = "\r\u{1B}[K"

    private var summary: RunSummary?
    private var table: EpochTable?
    private var isShown = false
    private var started = ContinuousClock.now
    private var nextDraw = ContinuousClock.now
    private var stepsTaken = 0
    private var epochStarted = ContinuousClock.now
    private var epochRows = 0
    private var epochLoss = 0.0
    private var epochWeight = 0.0

    func runStarted(_ summary: RunSummary) {
        self.summary = summary
        table = EpochTable(epochs: summary.epochs, lastStep: summary.lastStep)
        for line in summary.lines { Terminal.write(line + "\n") }
        started = .now
        beginEpoch()
    }

    func stepFinished(_ report: StepReport) {
        stepsTaken += 1
        epochRows += report.rows
        epochLoss += report.loss * report.weight
        epochWeight += report.weight
        let now = ContinuousClock.now
        guard now >= nextDraw, let summary else { return }
        nextDraw = now + Self.interval
        let stepsLeft = Double(summary.lastStep - report.step)
        let line = ProgressLine(
            epoch: report.epoch, epochs: summary.epochs, step: report.step, lastStep: summary.lastStep,
            loss: epochWeight > 0 ? epochLoss / epochWeight : report.loss,
            samplesPerSecond: Double(epochRows) / ((now - epochStarted) / .seconds(1)),
            secondsLeft: (now - started) / .seconds(1) * stepsLeft / Double(stepsTaken))
        Terminal.write(Self.eraseLine + line.text(columns: Terminal.columns - 1))
        isShown = true
    }

    func epochFinished(_ report: EpochReport) {
        erase()
        for line in table?.lines(for: report) ?? [] { Terminal.write(line + "\n") }
        beginEpoch()
    }

    func workersChanged(to count: Int, afterStep step: Int) {
        erase()
        Terminal.write(workersLine(count, afterStep: step) + "\n")
    }

    func note(_ message: String) {
        erase()
        Terminal.note(message)
    }

    /// Leaves the cursor at the start of an empty line. The last thing to call, also after an error.
    func erase() {
        guard isShown else { return }
        Terminal.write(Self.eraseLine)
        isShown = false
    }

    private func beginEpoch() {
        epochStarted = .now
        epochRows = 0
        epochLoss = 0
        epochWeight = 0
    }
}
