import Training

/// A run's progress as lines, one an epoch: for a file, or a terminal that cannot do more.
final class EpochLog: TrainingObserver {
    private var table: EpochTable?

    func runStarted(_ summary: RunSummary) {
        table = EpochTable(epochs: summary.epochs, lastStep: summary.lastStep)
        for line in summary.lines { Terminal.write(line + "\n") }
    }

    func epochFinished(_ report: EpochReport) {
        for line in table?.lines(for: report) ?? [] { Terminal.write(line + "\n") }
    }

    func workersChanged(to count: Int, afterStep step: Int) {
        Terminal.write(workersLine(count, afterStep: step) + "\n")
    }

    func note(_ message: String) { Terminal.note(message) }
}

/// What is shown of a change of the number of workers.
func workersLine(_ count: Int, afterStep step: Int) -> String {
    "after step \(step.grouped) with \(counted(count, "worker"))"
}

/// Shows nothing but what the user must know.
struct WarningLog: TrainingObserver {
    func note(_ message: String) { Terminal.note(message) }
}
