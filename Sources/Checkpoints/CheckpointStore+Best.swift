import DurableFiles

/// `best.h5`, which may be all that is left of a run: it is never replaced by less than itself.
extension CheckpointStore {
    /// Makes the checkpoint of `step` the best: a second name of the same file where the file system has them, so that
    /// it costs no space and outlives the step's own name. Readers see the old best or the new one.
    ///
    /// The checkpoint is verified under a temporary name right before it gets this one, whatever was known of it
    /// before.
    ///
    /// - Parameter isBetter: whether the run that was here before had better, as after a resume from an earlier step;
    ///   that stays.
    /// - Throws: `CheckpointError`: `.notFound` or `.damaged` and its like for the checkpoint of that step,
    ///   `.cannotWrite`. The best one is as it was then.
    package func markBest(
        step: Int, unless isBetter: (_ present: Checkpoint.Progress) -> Bool = { _ in false }
    ) throws {
        if let present = try? Checkpoint.readProgress(bestPath), isBetter(present),
            (try? Checkpoint.verify(bestPath)) != nil
        {
            return
        }
        try link(bestPath, to: path(step: step), step: step, replacing: true)
    }

    /// Gives the checkpoint of the best epoch so far its name, where a run that was killed had no time to, or where the
    /// file of that name cannot be read any more.
    ///
    /// - Parameters:
    ///   - progress: of the newest good checkpoint.
    ///   - isBetter: whether what a file says is better than that.
    /// - Throws: `CheckpointError`: `.notFound` where no checkpoint of that epoch is left, and the best one is damaged.
    package func repairBest(
        of progress: Checkpoint.Progress, unless isBetter: (_ present: Checkpoint.Progress) -> Bool
    ) throws {
        guard let epoch = progress.bestEpoch else { return }
        let hasBest = fileExists(bestPath)
        let present = hasBest ? try? Checkpoint.verify(bestPath).constants.progress : nil
        if let present, present.bestMetric == progress.bestMetric || isBetter(present) { return }
        for step in try steps().reversed() where step <= progress.step {
            guard let found = try? Checkpoint.readProgress(path(step: step)), found.isBest, found.bestEpoch == epoch
            else {
                continue
            }
            return try link(bestPath, to: path(step: step), step: step, replacing: true)
        }
        guard hasBest, present == nil else { return }
        throw CheckpointError(
            .notFound, bestPath,
            "expected the checkpoint of epoch \(epoch), found a damaged file, and no other checkpoint of that epoch: the "
                + "next epoch that is better makes a new one")
    }

    /// Gives the best checkpoint, from which a resume goes on since no other can be read, the name of its step as well.
    /// Files that cannot be read are moved aside: those after its step, and the one that has the name.
    package func restore(best progress: Checkpoint.Progress) throws {
        try setAside(after: progress.step - 1)
        try link(path(step: progress.step), to: bestPath, step: progress.step, replacing: false)
    }

    /// Moves files of steps after `step` aside (`.damaged`): what a resume has passed over because it cannot be read.
    /// Nobody will open them again by themselves.
    package func setAside(after step: Int) throws {
        for newer in try steps() where newer > step { try moveAside(path(step: newer)) }
    }

    /// Makes a checkpoint of a step a second name of another, or a copy of it.
    private func link(_ path: String, to original: String, step: Int, replacing replaces: Bool) throws {
        guard fileExists(original) else { throw CheckpointError(.notFound, original, "no such checkpoint") }
        try CheckpointError.translating {
            do {
                try DurableFile(path, replacing: replaces).link(
                    to: original,
                    copy: { try Checkpoint.read(original).write(to: $0) },
                    verify: { temporary in
                        let found = try Checkpoint.verify(temporary).constants.progress.step
                        guard found == step else {
                            throw CheckpointError(.damaged, original, "expected step \(step), found \(found)")
                        }
                    })
            } catch let error as CheckpointError {
                // Nobody knows the temporary name.
                throw CheckpointError(error.reason, original, error.message)
            }
        }
    }
}
