import CSystem
import Dispatch
import Foundation
import Synchronization

/// A piece of work that a team does together: items that any worker may do, in any order, at the same time.
package protocol TeamTask: AnyObject, Sendable {
    /// Does one item.
    ///
    /// - Parameter worker: which worker does it, in `0 ..< workerCount`: the index of memory of its own.
    func run(item: Int, worker: Int)
}

/// Worker threads that stay awake between the phases of a step.
///
/// Waking threads through `concurrentPerform` costs tens of microseconds, more than a step of a small network. So a
/// whole run is one `concurrentPerform`, in which a leader publishes one task after the other and helpers claim items.
///
/// `concurrentPerform` does not promise that all its iterations run at once. Therefore nothing here waits for a helper
/// to come: the leader claims items like everybody else, can do all of them alone, and waits only for items that a
/// helper has claimed.
///
/// **Why sharing is safe.** `state` holds the number of the phase and the items left in one word, so that claiming is
/// one compare-and-swap that fails if the phase has changed; a helper that overslept can never take an item of another
/// phase. `task` and `itemCount` are written by the leader alone, before it publishes the phase with a releasing store,
/// and are read only by a worker that has claimed an item, whose acquiring exchange saw that store. The leader does not
/// leave a phase before `completed` has counted every item, so it cannot overwrite them under a reader; and the
/// releasing additions to `completed`, acquired by the leader, order all that helpers wrote before all that follows.
package final class WorkerTeam: Sendable {
    package let workerCount: Int
    /// The processors that workers are bound to, in a region only: the threads are Dispatch's. Nil for none.
    package let processors: [Int]?

    /// Hears what workers spend time on, for measurements; nil for nobody. Set by the leader, between phases.
    package nonisolated(unsafe) var recorder: (any SpanRecorder)?

    /// Upper half: number of the phase; lower half: items not yet claimed.
    private let state = Atomic<UInt64>(0)
    private let completed = Atomic<Int>(0)
    private let isFinished = Atomic<Bool>(true)
    private nonisolated(unsafe) var task: (any TeamTask)?
    private nonisolated(unsafe) var itemCount = 0

    /// Helpers that gave up spinning and wait for `wake`.
    private let sleeping = Atomic<Int>(0)
    private let wake = DispatchSemaphore(value: 0)

    /// Rounds of a spin loop before a helper parks: about 100 µs, what waking it would cost. None where workers
    /// outnumber cores, since a spinning worker would keep a working one from its core.
    private let spinRounds: Int

    /// Calls `body` with `0 ..< iterations`, as many at once as it likes, and returns when all have returned.
    typealias Launcher = @Sendable (_ iterations: Int, _ body: @Sendable (Int) -> Void) -> Void
    private let launch: Launcher

    /// - Parameter processors: numbers of processors to bind workers to, in this order; from the first on again if
    ///   there are more workers.
    package convenience init(workerCount: Int, processors: [Int]? = nil) {
        // Workers of one processor must not spin either.
        let places = processors.map { min($0.count, UsableCores.count) } ?? UsableCores.count
        self.init(
            workerCount: workerCount, processors: processors, spinRounds: workerCount <= places ? 4_000 : 0
        ) {
            ConcurrentCalls.perform(iterations: $0, $1)
        }
    }

    /// A team on threads of the caller's choice. `concurrentPerform` takes no more threads than there are cores, and
    /// tests want to see more.
    init(workerCount: Int, processors: [Int]? = nil, spinRounds: Int, launch: @escaping Launcher) {
        precondition(workerCount > 0, "a team needs a worker")
        self.workerCount = workerCount
        self.processors = processors.flatMap { $0.isEmpty ? nil : $0 }
        self.spinRounds = spinRounds
        self.launch = launch
    }

    /// Runs `body` as the leader, with helpers standing by. In `body`, `run` does work on all workers.
    package func region<Result>(_ body: () throws -> Result) rethrows -> Result {
        guard workerCount > 1 else { return try bound(worker: 0, body) }
        precondition(isFinished.exchange(false, ordering: .sequentiallyConsistent), "a region inside a region")
        return try withoutActuallyEscaping(body) { body in
            let joined = Atomic<Int>(0)
            // Written by the iteration that comes first, read after all have ended.
            nonisolated(unsafe) var outcome: Swift.Result<Result, any Error>?
            nonisolated(unsafe) let leaderBody = body
            launch(workerCount) { _ in
                let worker = joined.add(1, ordering: .relaxed).oldValue
                bound(worker: worker) {
                    if worker == 0 {
                        outcome = Swift.Result { try leaderBody() }
                        finish()
                    } else {
                        help(worker: worker)
                    }
                }
            }
            return try outcome!.get()
        }
    }

    /// Calls `body` with the thread bound to the worker's processor, if it has one. What the system takes away
    /// meanwhile, as a control group's processors, leaves the worker wherever it may still run.
    private func bound<Result>(worker: Int, _ body: () throws -> Result) rethrows -> Result {
        guard let processors, let before = ThreadAffinity.current else { return try body() }
        defer { before.apply() }
        try? ThreadAffinity.pin(to: processors[worker % processors.count])
        return try body()
    }

    /// Does items `0 ..< count` of `task` on all workers, begun in this order, and returns when all are done. Only from
    /// within a region, by its leader; allocates nothing.
    package func run(_ task: any TeamTask, count: Int) {
        guard workerCount > 1, count > 1 else {
            for item in 0..<count { task.run(item: item, worker: 0) }
            return
        }
        precondition(count < 1 << 32, "too many items")
        self.task = task
        itemCount = count
        completed.store(0, ordering: .relaxed)
        let phase = (state.load(ordering: .relaxed) >> 32) &+ 1
        state.store(phase << 32 | UInt64(count), ordering: .sequentiallyConsistent)
        wakeSleepers()
        while let item = claim(phase: phase) {
            task.run(item: item, worker: 0)
            completed.add(1, ordering: .relaxed)
        }
        var round = 0
        while completed.load(ordering: .acquiring) < count {
            round += 1
            if round < spinRounds { lockstep_pause() } else { sched_yield() }
        }
    }

    /// Takes an item of a phase, or returns nil when none is left or the phase is over.
    private func claim(phase: UInt64) -> Int? {
        var seen = state.load(ordering: .acquiring)
        while seen >> 32 == phase & 0xFFFF_FFFF, seen & 0xFFFF_FFFF > 0 {
            let (exchanged, original) = state.weakCompareExchange(
                expected: seen, desired: seen - 1, ordering: .acquiringAndReleasing)
            if exchanged { return itemCount - Int(seen & 0xFFFF_FFFF) }
            seen = original
        }
        return nil
    }

    private func help(worker: Int) {
        var round = 0
        while !isFinished.load(ordering: .acquiring) {
            let seen = state.load(ordering: .acquiring)
            if seen & 0xFFFF_FFFF > 0, let item = claim(phase: seen >> 32) {
                task!.run(item: item, worker: worker)
                completed.add(1, ordering: .releasing)
                round = 0
            } else if round < spinRounds {
                round += 1
                lockstep_pause()
            } else {
                park()
                round = 0
            }
        }
    }

    /// Sleeps until there may be work.
    ///
    /// A helper registers, then looks once more; the leader publishes, then takes all registrations. In the one order
    /// of these four accesses either the helper sees the phase or the leader sees the helper. A helper that sees the
    /// phase takes its registration back; if the leader has taken it already, a signal for it is on its way and has to
    /// be used up.
    private func park() {
        sleeping.add(1, ordering: .sequentiallyConsistent)
        let hasWork = state.load(ordering: .sequentiallyConsistent) & 0xFFFF_FFFF > 0
        if hasWork || isFinished.load(ordering: .sequentiallyConsistent) {
            var registered = sleeping.load(ordering: .relaxed)
            while registered > 0 {
                let (exchanged, original) = sleeping.weakCompareExchange(
                    expected: registered, desired: registered - 1, ordering: .sequentiallyConsistent)
                if exchanged { return }
                registered = original
            }
        }
        wake.wait()
    }

    private func wakeSleepers() {
        guard sleeping.load(ordering: .sequentiallyConsistent) > 0 else { return }
        for _ in 0..<sleeping.exchange(0, ordering: .sequentiallyConsistent) { wake.signal() }
    }

    private func finish() {
        task = nil
        isFinished.store(true, ordering: .sequentiallyConsistent)
        wakeSleepers()
    }
}
