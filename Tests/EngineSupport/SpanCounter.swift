import Foundation
import Workers

/// Counts spans, and those that begin before the same worker's last one has ended, or end before they begin.
///
/// `@unchecked Sendable`: all is read and written under the lock.
package final class SpanCounter: SpanRecorder, @unchecked Sendable {
    private struct Kind: Hashable {
        let stage: StepPhase
        let operation: Int?
    }

    private let lock = NSLock()
    private var spans: [Kind: Int] = [:]
    private var ends: [Int: UInt64] = [:]
    package private(set) var overlaps = 0

    package init() {}

    package func record(_ stage: StepPhase, operation: Int?, worker: Int, start: UInt64, end: UInt64) {
        lock.withLock {
            spans[Kind(stage: stage, operation: operation), default: 0] += 1
            if start < ends[worker] ?? 0 || end < start { overlaps += 1 }
            ends[worker] = end
        }
    }

    package func count(_ stage: StepPhase, _ operation: Int?) -> Int {
        spans[Kind(stage: stage, operation: operation)] ?? 0
    }

    package var total: Int { spans.values.reduce(0, +) }
}
