import Parallel
import Synchronization

/// Counts how often each item was done, and whether a worker's index was ever used by two at once.
final class CountingTask: TeamTask {
    private let counts: Counters
    private let busy: Counters
    let collisions = Atomic<Int>(0)
    private let body: @Sendable (_ item: Int, _ worker: Int) -> Void

    init(items: Int, workers: Int, _ body: @escaping @Sendable (_ item: Int, _ worker: Int) -> Void = { _, _ in }) {
        counts = Counters(items)
        busy = Counters(workers)
        self.body = body
    }

    var done: [Int] { counts.values }

    func run(item: Int, worker: Int) {
        if busy[worker].exchange(1, ordering: .acquiringAndReleasing) != 0 {
            collisions.add(1, ordering: .relaxed)
        }
        counts[item].add(1, ordering: .relaxed)
        body(item, worker)
        busy[worker].store(0, ordering: .releasing)
    }
}

/// A closure as a task.
final class ClosureTask: TeamTask {
    private let body: @Sendable (_ item: Int, _ worker: Int) -> Void

    init(_ body: @escaping @Sendable (_ item: Int, _ worker: Int) -> Void) { self.body = body }

    func run(item: Int, worker: Int) { body(item, worker) }
}

/// Atomic numbers in a row.
final class Counters: @unchecked Sendable {
    private let pointer: UnsafeMutablePointer<Atomic<Int>>
    let count: Int

    init(_ count: Int) {
        self.count = count
        pointer = .allocate(capacity: max(count, 1))
        for index in 0..<count { (pointer + index).initialize(to: Atomic(0)) }
    }

    deinit {
        pointer.deinitialize(count: count)
        pointer.deallocate()
    }

    subscript(index: Int) -> Atomic<Int> {
        _read {
            precondition((0..<count).contains(index))
            yield pointer[index]
        }
    }

    var values: [Int] { (0..<count).map { pointer[$0].load(ordering: .relaxed) } }
}

/// Plain numbers that threads share under the rules of what is tested; a sanitizer sees whoever breaks them.
final class PlainNumbers: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<Int>
    let count: Int

    init(_ count: Int) {
        self.count = count
        pointer = .allocate(capacity: max(count, 1))
        pointer.initialize(repeating: 0, count: count)
    }

    deinit { pointer.deallocate() }

    subscript(index: Int) -> Int {
        get { pointer[index] }
        set { pointer[index] = newValue }
    }

    var values: [Int] { Array(UnsafeBufferPointer(start: pointer, count: count)) }
}
