import ArgumentParser
import Timelines
import Training

/// Where a run draws what its threads do.
struct TraceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "New file for a timeline of workers, layers, data loading and checkpoints, in the format of Chrome's traces: "
                + "open it in https://ui.perfetto.dev.", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var trace: String?

    /// Draws what `body` has a run do.
    ///
    /// - Throws: `DurableFileError` if the file cannot be made, and what `body` throws.
    func drawing<Result>(_ run: TrainingRun, _ body: () throws -> Result) throws -> Result {
        guard let trace else { return try body() }
        let timeline = try Timeline(path: trace, process: "lockstep \(run.directory.path)")
        run.record(on: timeline)
        defer {
            run.record(on: nil)
            if let note = timeline.finish().note(path: trace) { Terminal.note(note) }
        }
        return try body()
    }
}

extension Timeline.Summary {
    /// What to say of a timeline that is not whole.
    fileprivate func note(path: String) -> String? {
        if let problem { return "\(path): the trace ends before the run, \(lost.grouped) events lost: \(problem)" }
        guard lost > 0 else { return nil }
        return "\(path): \((lost).grouped) of \((events + lost).grouped) events are not in the trace: they came faster "
            + "than they could be written"
    }
}
