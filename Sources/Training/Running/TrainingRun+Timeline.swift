import Timelines

extension TrainingRun {
    /// Has what the run's threads do from now on drawn on a timeline, or on none any more. Not while it trains.
    public func record(on timeline: Timeline?) { record(on: timeline, DrawnSteps()) }

    func record(on timeline: Timeline?, _ drawnSteps: DrawnSteps) {
        self.timeline = timeline.map {
            RunTimeline(
                $0, layers: trainer.model.network.trainingPlan.operations.map(\.layer),
                workers: trainer.team.workerCount, drawnSteps: drawnSteps)
        }
        trainer.record(on: self.timeline)
        evaluator.timeline = timeline
    }

    /// Takes a step and, if there is a timeline, draws it. By the leader, between phases.
    func draw(_ step: () throws -> StepReport) rethrows -> StepReport {
        guard let timeline else { return try step() }
        trainer.team.recorder = timeline.beginStep() ? timeline : nil
        defer { trainer.team.recorder = timeline }
        let report = try step()
        timeline.end(report)
        return report
    }
}
