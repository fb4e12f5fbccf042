import Synchronization
import Workers

/// Counts how often each item was done, and whether a worker's index was ever used by two at once.
package final class CountingTask: TeamTask {
    private let counts: Counters
    private let busy: Counters
    package let collisions = Atomic<Int>(0)
    private let body: @Sendable (_ item: Int, _ worker: Int) -> Void

    package init(
        items: Int, workers: Int, _ body: @escaping @Sendable (_ item: Int, _ worker: Int) -> Void = { _, _ in }
    ) {
        counts = Counters(items)
        busy = Counters(workers)
        self.body = body
    }

    package var done: [Int] { counts.values }

    package func run(item: Int, worker: Int) {
        if busy[worker].exchange(1, ordering: .acquiringAndReleasing) != 0 {
            collisions.add(1, ordering: .relaxed)
        }
        counts[item].add(1, ordering: .relaxed)
        body(item, worker)
        busy[worker].store(0, ordering: .releasing)
    }
}

/// A closure as a task.
package final class ClosureTask: TeamTask {
    private let body: @Sendable (_ item: Int, _ worker: Int) -> Void

    package init(_ body: @escaping @Sendable (_ item: Int, _ worker: Int) -> Void) { self.body = body }

    package func run(item: Int, worker: Int) { body(item, worker) }
}

/// Atomic numbers in a row.
package final class Counters: @unchecked Sendable {
    private let pointer: UnsafeMutablePointer<Atomic<Int>>
    package let count: Int

    package init(_ count: Int) {
        self.count = count
        pointer = .allocate(capacity: max(count, 1))
        for index in 0..<count { (pointer + index).initialize(to: Atomic(0)) }
    }

    deinit {
        pointer.deinitialize(count: count)
        pointer.deallocate()
    }

    package subscript(index: Int) -> Atomic<Int> {
        _read {
            precondition((0..<count).contains(index))
            yield pointer[index]
        }
    }

    package var values: [Int] { (0..<count).map { pointer[$0].load(ordering: .relaxed) } }
}

/// Plain numbers that threads share under the rules of what is tested; a sanitizer sees whoever breaks them.
package final class PlainNumbers: @unchecked Sendable {
    package let pointer: UnsafeMutablePointer<Int>
    package let count: Int

    package init(_ count: Int) {
        self.count = count
        pointer = .allocate(capacity: max(count, 1))
        pointer.initialize(repeating: 0, count: count)
    }

    deinit { pointer.deallocate() }

    package subscript(index: Int) -> Int {
        get { pointer[index] }
        set { pointer[index] = newValue }
    }

    package var values: [Int] { Array(UnsafeBufferPointer(start: pointer, count: count)) }
}
