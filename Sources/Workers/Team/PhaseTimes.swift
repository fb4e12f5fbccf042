/// Adds up the time that workers spend on each stage and on each operation in it. Allocates nothing while it records.
///
/// `@unchecked Sendable`: each worker adds to numbers of its own; whoever reads them does so when no worker records.
package final class PhaseTimes: SpanRecorder, @unchecked Sendable {
    private let operations: Int
    private let workers: Int
    /// Numbers from one worker's to the next one's: whole pairs of cache lines, since processors fetch them in pairs,
    /// so that no worker's additions take a line from another.
    private let stride: Int
    /// Nanoseconds by worker, stage, and operation, what belongs to none of the operations last.
    private let nanoseconds: UnsafeMutablePointer<UInt64>

    /// - Parameter operations: how many operations the plan has.
    package init(operations: Int, workers: Int) {
        self.operations = operations
        self.workers = workers
        let pair = 128 / MemoryLayout<UInt64>.stride
        stride = (StepPhase.allCases.count * (operations + 1) + pair - 1) / pair * pair
        nanoseconds = UnsafeMutableRawPointer.allocate(
            byteCount: workers * stride * MemoryLayout<UInt64>.stride, alignment: 128
        ).bindMemory(to: UInt64.self, capacity: workers * stride)
        nanoseconds.initialize(repeating: 0, count: workers * stride)
    }

    deinit { nanoseconds.deallocate() }

    package func record(_ stage: StepPhase, operation: Int?, worker: Int, start: UInt64, end: UInt64) {
        nanoseconds[worker * stride + stage.rawValue * (operations + 1) + (operation ?? operations)] += end - start
    }

    /// Forgets everything.
    package func reset() { nanoseconds.update(repeating: 0, count: workers * stride) }

    /// Adds what another one of the same sizes recorded.
    package func add(_ other: PhaseTimes) {
        precondition(other.operations == operations && other.workers == workers, "times of another plan or team")
        for index in 0..<workers * stride { nanoseconds[index] += other.nanoseconds[index] }
    }

    /// Seconds of all workers together.
    package func seconds(_ stage: StepPhase) -> Double {
        (0..<operations).reduce(seconds(stage, operation: nil)) { $0 + seconds(stage, operation: $1) }
    }

    /// Seconds of one worker.
    package func seconds(_ stage: StepPhase, worker: Int) -> Double {
        let first = worker * stride + stage.rawValue * (operations + 1)
        return (first...first + operations).reduce(0) { $0 + Double(nanoseconds[$1]) * 1e-9 }
    }

    /// Seconds of all workers together on one operation, or on what belongs to none.
    package func seconds(_ stage: StepPhase, operation: Int?) -> Double {
        let place = stage.rawValue * (operations + 1) + (operation ?? operations)
        return (0..<workers).reduce(0) { $0 + Double(nanoseconds[$1 * stride + place]) * 1e-9 }
    }
}
