import Workers

/// Tells the spans of one worker's step apart: loading, computing, folding, preparing the next batch, updating.
///
/// A worker alone does things in one order: for each item of the gradient phase it loads, computes and hands in; then
/// it prepares the next batch; then it passes over the blocks.
///
/// `@unchecked Sendable`: only one worker records, and it is read between steps.
final class StepCostRecorder: SpanRecorder, @unchecked Sendable {
    /// Seconds of a step by part.
    struct Parts {
        var compute = 0.0
        var load = 0.0
        var fold = 0.0
        var fill = 0.0
        var update = 0.0
        /// How often blocks were passed over.
        var blocks = 0

        var total: Double { compute + load + fold + fill + update }
    }

    private(set) var parts = Parts()
    private let items: Int
    private var itemsDone = 0

    /// - Parameter items: of the gradient phase.
    init(items: Int) { self.items = items }

    func reset() { (parts, itemsDone) = (Parts(), 0) }

    func record(_ stage: StepPhase, operation: Int?, worker: Int, start: UInt64, end: UInt64) {
        let seconds = Double(end - start) * 1e-9
        switch stage {
        case .forward, .backward:
            parts.compute += seconds
        case .data:
            if itemsDone < items { parts.load += seconds } else { parts.fill += seconds }
        case .reduceAndUpdate:
            if itemsDone < items {
                parts.fold += seconds
                itemsDone += 1
            } else {
                parts.update += seconds
                parts.blocks += 1
            }
        case .evaluation:
            break  // no part of a step
        }
    }
}
