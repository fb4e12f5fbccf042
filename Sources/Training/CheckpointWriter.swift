import CSystem
import Checkpoints
import Dispatch
import Foundation
import HDF5
import Locking
import Timelines

/// Writes a run's checkpoints behind its back: a step waits for the copy of the state, and not for the disk.
///
/// One is written at a time. Who wants the next one waits for it, so that a slow disk slows training down and does not
/// fill the memory. A checkpoint that cannot be written, as on a full disk, is a message and no reason to end a run that
/// may still be saved by the next one; the last one of a run is, and `finish` throws.
final class CheckpointWriter: Sendable {
    /// What came of a checkpoint.
    enum Outcome: Sendable {
        case written(path: String, Checkpoint.Progress)
        case failed(Checkpoint.Progress, any Error)
    }

    private let store: CheckpointStore
    private let retention: CheckpointStore.Retention
    /// Puts on the disk what a checkpoint takes to be there: lines of logs up to its step.
    private let synchronizeLogs: @Sendable () throws -> Void

    /// Files are made here; the memory is as large as parameters and moments.
    private let buffer = HDF5ImageBuffer()
    /// Whoever has taken it may touch the snapshot and the buffer: the leader while it copies, then the thread that writes.
    private let turn = DispatchSemaphore(value: 1)
    private let outcomes = Locked<[Outcome]>([])

    init(
        store: CheckpointStore, retention: CheckpointStore.Retention,
        synchronizeLogs: @escaping @Sendable () throws -> Void
    ) {
        self.store = store
        self.retention = retention
        self.synchronizeLogs = synchronizeLogs
    }

    /// Waits for the checkpoint before, lets `take` copy the state into the snapshot, and begins to write it.
    ///
    /// - Parameters:
    ///   - progress: of the state.
    ///   - isBest: whether it becomes the best one, too.
    ///   - timeline: where to draw the writing, if anywhere.
    func write(
        _ snapshot: StateSnapshot, of progress: Checkpoint.Progress, isBest: Bool, timeline: RunTimeline? = nil,
        _ take: () -> Void
    ) {
        turn.wait()
        take()
        // A thread of its own, and none of Dispatch's: those are busy computing for as long as the run lasts.
        Thread.detachNewThread { [self] in
            lockstep_unpin()
            let start = Timeline.now
            let outcome: Outcome
            do {
                outcome = .written(path: try commit(snapshot, isBest: isBest), progress)
            } catch {
                outcome = .failed(progress, error)
            }
            timeline?.endCheckpoint(step: progress.step, since: start)
            outcomes.withLock { $0.append(outcome) }
            turn.signal()
        }
    }

    private func commit(_ snapshot: StateSnapshot, isBest: Bool) throws -> String {
        let checkpoint = try snapshot.lent()
        try synchronizeLogs()
        let path = try store.write(checkpoint, keeping: retention, buffer: buffer)
        if isBest { try store.markBest(step: checkpoint.constants.progress.step) }
        return path
    }

    /// What came of checkpoints since the last call.
    func takeOutcomes() -> [Outcome] {
        outcomes.withLock { outcomes in
            guard !outcomes.isEmpty else { return [] }
            defer { outcomes = [] }
            return outcomes
        }
    }

    /// Waits until nothing is being written.
    func wait() {
        turn.wait()
        turn.signal()
    }
}
