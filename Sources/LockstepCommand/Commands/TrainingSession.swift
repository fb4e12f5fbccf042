import ArgumentParser
import Checkpoints
import Foundation
import HDF5
import Kernels
import Timelines
import Training

/// What `train` and `resume` have in common: trains a run, shows how far it is, and prints what came of it.
struct TrainingSession {
    let length: LengthOptions
    let output: OutputOptions
    let trace: TraceOptions
    let workers: WorkerOptions

    /// - Parameter prepare: makes or opens the run; what it has to say goes to the observer.
    func train(_ prepare: (any TrainingObserver) throws -> TrainingRun) throws {
        let started = ContinuousClock.now
        // Nobody may be left to read what it says, and it trains all the same.
        signal(SIGPIPE, SIG_IGN)
        Interruption.announceTimeLimit()
        let bar = Terminal.isInteractive && !output.quiet ? ProgressBar() : nil
        defer { bar?.erase() }
        let observer: any TrainingObserver =
            if let bar { bar } else if output.quiet { WarningLog() } else { EpochLog() }

        if let note = performanceNote(for: try selectKernels()) { observer.note(note) }
        try trace.trace.map(Timeline.check)
        let placement = try workers.placement()
        let run = try prepare(observer)
        if let placement { place(run, placement, observer) }
        if output.verbose {
            for line in reasons(for: run, placement) { Terminal.write(line + "\n") }
            Terminal.show(run.trainer.memoryPlan)
        }
        // What was given from outside has been opened; from here on it is checkpoints that this process has written.
        HDF5Library.setTrial(nil)
        for note in run.notes + run.trainer.notes { observer.note(note) }
        for note in [run.trainer.loadingNote, run.trainer.freezingNote] { note.map { observer.note($0) } }
        if let note = noteOnLength(of: run) { observer.note(note) }
        let (outcome, tests) = try Interruption.finishing {
            try trace.drawing(run) {
                let outcome = try run.train(steps: length.steps, observer: observer) { Interruption.signal != nil }
                bar?.erase()
                return (outcome, try evaluateTestSplit(of: run, observer))
            }
        }
        if let signal = Interruption.signal {
            let message = "stopped by \(Interruption.name(of: signal)) after step \(outcome.step.grouped)"
            run.note(message)
            Terminal.note("\(message): `lockstep resume \(run.directory.path)` goes on")
            throw ExitCode(128 + signal)
        }
        for line in results(of: run, outcome, tests: tests) { print(line) }
        if !output.quiet {
            let seconds = (ContinuousClock.now - started) / .seconds(1)
            Terminal.write("\(seconds.duration), peak memory \(peakMemory.byteSize)\n")
        }
    }

    private func place(_ run: TrainingRun, _ placement: [Int], _ observer: any TrainingObserver) {
        run.pinWorkers(to: placement)
        let count = run.trainer.team.workerCount
        if count > placement.count {
            observer.note(
                "\(counted(count, "worker")) on \(counted(placement.count, "processor")): with --pin, more than one on some "
                    + "of them")
        }
    }

    /// What decides how many workers there are, and where.
    private func reasons(for run: TrainingRun, _ placement: [Int]?) -> [String] {
        let count = run.trainer.team.workerCount
        var lines = WorkerReasons(
            workers: workers.workers, chosen: count, shards: run.trainer.configuration.shards!, cores: .ofThisProcess
        ).lines
        if let placement {
            let places = (0..<count).map { "\(placement[$0 % placement.count])" }
            lines.append("pinned to processors \(places.joined(separator: ", "))")
        }
        let trainer = run.trainer
        lines.append(
            "activations: \(trainer.activationBytes.byteSize), up to \(counted(trainer.microBatchRows, "row")) in flight a "
                + "worker")
        return lines
    }

    /// Rows with the metrics of the test split: those of the best checkpoint, and those of the last step where it is
    /// another one.
    ///
    /// - Returns: none where there is no such split, or where a signal came first.
    private func evaluateTestSplit(of run: TrainingRun, _ observer: any TrainingObserver) throws -> [[String]] {
        guard run.trainer.dataset[.test] != nil else { return [] }
        func isInterrupted() -> Bool { Interruption.signal != nil }
        do {
            var best: (epoch: Int, report: EvaluationReport)?
            do {
                best = try run.evaluateBest(.test, isInterrupted: isInterrupted)
            } catch let error where !(error is CancellationError) {
                // Training is done, and what it came to stands.
                observer.note("the best checkpoint is not evaluated: \(error)")
            }
            let progress = run.trainer.progress
            var rows = best.map { $0.report.rows(of: "best checkpoint, epoch \($0.epoch)") } ?? []
            if best?.epoch != progress.epoch || progress.samplesIntoEpoch > 0 {
                rows += try run.evaluate(.test, isInterrupted: isInterrupted).rows(of: "last step")
            }
            return rows
        } catch is CancellationError {
            return []
        }
    }

    /// What to say of a length that the run will not have, or has already.
    private func noteOnLength(of run: TrainingRun) -> String? {
        let trainer = run.trainer
        if trainer.progress.epoch >= trainer.configuration.epochs {
            return "all \(counted(trainer.configuration.epochs, "epoch")) are trained already: "
                + "--epochs with a larger number continues the run"
        }
        guard let steps = length.steps else { return nil }
        if steps > trainer.totalSteps {
            return "the run ends after \(counted(trainer.configuration.epochs, "epoch")) at step "
                + "\(trainer.totalSteps.grouped), before the \(steps.grouped) of --steps: --epochs makes it longer"
        }
        if steps <= trainer.progress.step, trainer.progress.step > 0 {
            return "step \(trainer.progress.step.grouped) is reached already: --steps counts from the start of the run"
        }
        return nil
    }

    private func results(of run: TrainingRun, _ outcome: TrainingOutcome, tests: [[String]]) -> [String] {
        var columns = Columns()
        columns.add("run", run.directory.path.escaped)
        columns.add("steps", steps(of: run, outcome))
        if let epoch = outcome.lastEpoch {
            columns.add("training loss", "\(epoch.trainingLoss.brief) (epoch \(epoch.epoch))")
            epoch.validation.map { columns.add($0.rows) }
        }
        columns.add(tests)
        trace.trace.map { columns.add("trace", $0.escaped) }
        columns.add("checkpoint", outcome.checkpoint.escaped)
        let store = CheckpointStore(directory: run.directory.checkpointsPath)
        // What the file itself says: the best state may be one that could not be written.
        if let best = try? store.bestProgress() {
            columns.add("best checkpoint", "\(store.bestPath.escaped) (epoch \(best.epoch))")
        }
        return columns.lines()
    }

    private func steps(of run: TrainingRun, _ outcome: TrainingOutcome) -> String {
        let total = run.trainer.totalSteps
        let epochs = counted(run.trainer.configuration.epochs, "epoch")
        switch outcome.reason {
        case .completed: return "\(outcome.step.grouped), all of \(epochs)"
        case .interrupted, .reachedStep, .stoppedByObserver:
            return "\(outcome.step.grouped) of \(total.grouped), to be continued"
        case .stoppedEarly: return "\(outcome.step.grouped) of \(total.grouped), no improvement any more"
        }
    }

    /// The most memory this process has held at a time, in bytes.
    private var peakMemory: Int {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        return usage.ru_maxrss * 1024
    }
}
