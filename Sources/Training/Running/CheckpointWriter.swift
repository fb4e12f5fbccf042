import CSystem
import Checkpoints
import Dispatch
import Foundation
import HDF5
import Timelines
import Workers

/// Writes a run's checkpoints behind its back: a step waits for the copy of the state, and not for the disk.
///
/// One is written at a time. Who wants the next one waits for it, so that a slow disk slows training down and does not
/// fill the memory. A checkpoint that cannot be written, as on a full disk, is a message and no reason to end a run
/// that may still be saved by the next one; the last one of a run is, and `finish` throws.
final class CheckpointWriter: Sendable {
    /// What came of a checkpoint.
    enum Outcome: Sendable {
        case written(path: String, Checkpoint.Progress)
        case failed(Checkpoint.Progress, any Error)
        /// Something beside the checkpoint that could not be done: what, and why. It is tried again with the next one.
        case trouble(String, any Error)
    }

    private let store: CheckpointStore
    private let retention: CheckpointStore.Retention
    /// Whether the first is better than the second.
    private let isBetter: @Sendable (Checkpoint.Progress, Checkpoint.Progress) -> Bool
    /// Puts on the disk what a checkpoint takes to be there: lines of logs up to its step.
    private let synchronizeLogs: @Sendable () throws -> Void

    /// Files are made here; the memory is as large as parameters and moments.
    private let buffer = HDF5ImageBuffer()
    /// Whoever has taken it may touch the snapshot, the buffer and `best`: the leader while it copies, then the thread
    /// that writes.
    private let turn = DispatchSemaphore(value: 1)
    private let outcomes = Locked<[Outcome]>([])

    /// The best state so far, until its file has the name of the best.
    private enum Best {
        case named
        /// The state has a file, which no retention removes, and not the name.
        case saved(Checkpoint.Progress)
        /// The state is in the snapshot only.
        case unsaved(Checkpoint.Progress)
    }
    private nonisolated(unsafe) var best = Best.named

    init(
        store: CheckpointStore, retention: CheckpointStore.Retention,
        isBetter: @escaping @Sendable (Checkpoint.Progress, Checkpoint.Progress) -> Bool = { _, _ in false },
        synchronizeLogs: @escaping @Sendable () throws -> Void
    ) {
        self.store = store
        self.retention = retention
        self.isBetter = isBetter
        self.synchronizeLogs = synchronizeLogs
    }

    /// Waits for the checkpoint before, lets `take` copy the state into the snapshot, and begins to write it.
    ///
    /// - Parameters:
    ///   - snapshot: the same each time.
    ///   - progress: of the state.
    ///   - isBest: whether it becomes the best one, too.
    ///   - timeline: where to draw the writing, if anywhere.
    func write(
        _ snapshot: StateSnapshot, of progress: Checkpoint.Progress, isBest: Bool, timeline: RunTimeline? = nil,
        _ take: () -> Void
    ) {
        turn.wait()
        // The last chance of a best state whose file could not be written, as on a disk that was full for a while.
        if case .unsaved(let before) = best, before != progress { commit(snapshot, before, isLate: true) }
        take()
        if isBest { best = .unsaved(progress) }
        let work = { @Sendable [self] in
            let start = Timeline.now
            commit(snapshot, progress)
            timeline?.endCheckpoint(step: progress.step, since: start)
            turn.signal()
        }
        // A thread of its own, and none of Dispatch's: those are busy computing for as long as the run lasts. Training
        // waits for the disk where the system has no thread to give.
        let isStarted = DetachedThread.start(name: "lockstep-save") {
            lockstep_unpin()
            work()
        }
        if !isStarted { work() }
    }

    /// Writes the snapshot, names the best, and removes what need not stay.
    ///
    /// - Parameter isLate: whether it could not be written when it was due, which was said then.
    private func commit(_ snapshot: StateSnapshot, _ progress: Checkpoint.Progress, isLate: Bool = false) {
        // Lines that cannot be written are kept in memory: no reason to lose the state as well.
        attempt("write the logs") { try synchronizeLogs() }
        do {
            let path = try store.write(try snapshot.lent(), buffer: buffer)
            if case .unsaved(progress) = best { best = .saved(progress) }
            add(.written(path: path, progress))
        } catch {
            add(
                isLate
                    ? .trouble("save the best state so far, that of step \(progress.step)", error)
                    : .failed(progress, error))
            // A state that is no good will not be better later.
            if case .unsaved(progress) = best, error is TrainingError { best = .named }
            return
        }
        if case .saved(let named) = best {
            attempt("name the best checkpoint, that of step \(named.step)") {
                do {
                    try name(named)
                } catch let error as CheckpointError where ![.cannotWrite, .exists].contains(error.reason) {
                    // Its file is gone or damaged since. It can be written once more only while the snapshot has its
                    // state.
                    best = named == progress ? .unsaved(progress) : .named
                    guard named == progress else { throw error }
                    try store.write(try snapshot.lent(), buffer: buffer)
                    try name(named)
                }
            }
        }
        attempt("remove old checkpoints") {
            var kept: Int?
            if case .saved(let named) = best { kept = named.step }
            try store.prune(keeping: retention, newest: progress.step, besides: kept)
        }
    }

    private func name(_ progress: Checkpoint.Progress) throws {
        try store.markBest(step: progress.step) { isBetter($0, progress) }
        best = .named
    }

    private func attempt(_ what: String, _ body: () throws -> Void) {
        do { try body() } catch { add(.trouble(what, error)) }
    }

    private func add(_ outcome: Outcome) { outcomes.withLock { $0.append(outcome) } }

    /// What came of checkpoints since the last call.
    func takeOutcomes() -> [Outcome] {
        outcomes.withLock { outcomes in
            guard !outcomes.isEmpty else { return [] }
            defer { outcomes = [] }
            return outcomes
        }
    }

    /// Gives back the memory that only writing needs, the snapshot's too, unless that has a state which could not be
    /// written yet.
    func rest(_ snapshot: StateSnapshot) {
        turn.wait()
        defer { turn.signal() }
        if case .unsaved = best { return }
        buffer.release()
        snapshot.rest()
    }

    /// Waits until nothing is being written.
    func wait() {
        turn.wait()
        turn.signal()
    }
}
