import CSystem

/// What a worker spends time on.
package enum StepPhase: Int, CaseIterable, Sendable {
    /// Choosing the samples of a batch, gathering and normalizing their inputs.
    case data
    /// The forward pass and the loss.
    case forward
    case backward
    /// Summing the shards' gradients, the optimizer, packing the new weights.
    case reduceAndUpdate
    /// Outputs of samples that are not trained on: validation.
    case evaluation
}

/// Hears what workers spent their time on, span by span. All workers call at once; spans of one worker never overlap.
///
/// A span is told when it ends, with both its ends, so that a recorder may add up times or keep events for a timeline.
package protocol SpanRecorder: AnyObject, Sendable {
    /// - Parameters:
    ///   - operation: which operation of the plan it was, or nil for what belongs to none.
    ///   - start, end: nanoseconds of the monotonic clock.
    func record(_ stage: StepPhase, operation: Int?, worker: Int, start: UInt64, end: UInt64)
}

/// Cuts a worker's time into spans, each of which begins where the one before ended. Without a recorder it costs a
/// branch a span and reads no clock.
package struct SpanTimer {
    private let recorder: (any SpanRecorder)?
    private let worker: Int
    private var start: UInt64

    /// Starts the first span.
    package init(_ recorder: (any SpanRecorder)?, worker: Int) {
        self.recorder = recorder
        self.worker = worker
        start = recorder == nil ? 0 : lockstep_nanoseconds()
    }

    /// Ends a span and starts the next one.
    package mutating func finish(_ stage: StepPhase, operation: Int? = nil) {
        guard let recorder else { return }
        let end = lockstep_nanoseconds()
        recorder.record(stage, operation: operation, worker: worker, start: start, end: end)
        start = end
    }
}
