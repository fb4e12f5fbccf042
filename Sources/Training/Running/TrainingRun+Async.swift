import Foundation
import Synchronization
import Workers

extension TrainingRun {
    /// Trains as `train(steps:observer:isInterrupted:)` does, on a thread of its own, so that none of Swift's cooperative
    /// pool waits meanwhile. If the task is cancelled, training ends after the current step with a checkpoint, and the
    /// outcome is `.interrupted`: nothing is lost, and `TrainingRun(resuming:)` goes on with the same bits.
    ///
    ///     let training = Task { try await TrainingRun(configuration, directory: "runs/mine").train() }
    ///     …
    ///     training.cancel()
    ///     print(try await training.value.checkpoint)
    ///
    /// - Parameters:
    ///   - steps: how many steps to have taken since the start of the run; nil for all.
    ///   - observer: is called on the thread that trains.
    /// - Throws: what the other form throws; `TrainingError.noThread` if the system has none to give.
    public func train(
        steps: Int? = nil, observer: any TrainingObserver = SilentObserver(),
        isolation: isolated (any Actor)? = #isolation
    ) async throws -> TrainingOutcome {
        let cancellation = Cancellation()
        // The caller, which waits, has the only way to these until the thread is done with them.
        nonisolated(unsafe) let (run, observer) = (self, observer)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isStarted = DetachedThread.start(name: "lockstep-train") {
                    continuation.resume(
                        with: Result {
                            try run.train(steps: steps, observer: observer) { cancellation.isAsked }
                        })
                }
                guard !isStarted else { return }
                continuation.resume(
                    throwing: TrainingError.noThread(problem: String(cString: strerror(DetachedThread.failure))))
            }
        } onCancel: {
            cancellation.ask()
        }
    }
}

/// Whether a task was cancelled, for the thread that works for it.
private final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)

    var isAsked: Bool { flag.load(ordering: .relaxed) }

    func ask() { flag.store(true, ordering: .relaxed) }
}
