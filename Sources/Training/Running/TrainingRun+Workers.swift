import Workers

/// How many workers the run has, and where: changes while it trains, too.
extension TrainingRun {
    /// Goes on with another number of workers. Only outside a region.
    func setWorkers(_ workers: WorkerCount) -> Int {
        let count = trainer.setWorkers(workers)
        followTeam()
        return count
    }

    /// Binds workers to processors from now on. Not while it trains.
    ///
    /// - Parameter processors: as `ProcessorTopology.placement` has them; nil to let the system choose.
    public func pinWorkers(to processors: [Int]?) {
        trainer.pinWorkers(to: processors)
        followTeam()
    }

    private func followTeam() {
        evaluator = Evaluator(model: trainer.evaluatedModel, team: trainer.team, kernels: trainer.kernels)
        evaluator.timeline = timeline?.timeline
        timeline?.expect(workers: trainer.team.workerCount)
    }

    /// Does what was asked for, and says so. Only outside a region.
    func change(as request: WorkerControl.Request, _ observer: any TrainingObserver) {
        let (before, shards) = (trainer.team.workerCount, trainer.configuration.shards!)
        switch request {
        case .nonsense(let found):
            note(
                "\(directory.workersPath): expected auto or a number of workers in 1 ... \(WorkerCount.most), found "
                    + "\(found); the run goes on with \(before)", observer)
        case .workers(let workers):
            do {
                try trainer.plan(workers: workers).check()
            } catch {
                note("the run goes on with \(before) of the workers asked for: \(error)", observer)
                break
            }
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
