import Timelines

extension TrainingRun {
    /// Has what the run's threads do from now on drawn on a timeline, or on none any more. Not while it trains.
    public func record(on timeline: Timeline?) {
        self.timeline = timeline.map {
            RunTimeline(
                $0, layers: trainer.model.network.trainingPlan.operations.map(\.layer),
                workers: trainer.team.workerCount)
        }
        trainer.record(on: self.timeline)
        evaluator.timeline = timeline
    }
}
