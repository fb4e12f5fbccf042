import Parallel

/// Changes of the number of workers while the run trains.
extension TrainingRun {
    /// Does what was asked for, and says so. Only outside a region.
    func change(as request: WorkerControl.Request, _ observer: any TrainingObserver) {
        let (before, shards) = (trainer.team.workerCount, trainer.configuration.shards!)
        switch request {
        case .nonsense(let found):
            note(
                "\(directory.workersPath): expected auto or a number of workers in 1 ... \(WorkerCount.most), found "
                    + "\(found); the run goes on with \(before)", observer)
        case .workers(let workers):
            let count = setWorkers(workers)
            guard count != before else { break }
            let step = trainer.progress.step
            note("goes on after step \(step) with \(count) \(count == 1 ? "worker" : "workers"), before \(before)")
            observer.workersChanged(to: count, afterStep: step)
            if count > shards {
                note(
                    "\(count) workers share \(shards) shards of a batch: \(count - shards) find little to do", observer)
            }
        }
        control.publish(trainer.team.workerCount)
    }
}
