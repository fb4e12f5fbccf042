import CSystem
import Dispatch
import Synchronization

/// A line of a timeline: what one thread did, one thing after the other.
///
/// A ring that one thread fills and the timeline's own thread empties, without a lock and without allocating. When it
/// is full, because nobody is let run to empty it, spans are counted and not kept: whoever is measured never waits.
///
/// `@unchecked Sendable`: the recording thread writes a place of the ring before it raises `written` with a releasing
/// store; the emptying one reads the places below `written`, acquired, before it raises `emptied` likewise; and the
/// former writes no place again before it has acquired that. `knownEmptied` is the recording thread's alone. One thread
/// records at a time: another one may take over when something else orders the two.
package final class TimelineTrack: @unchecked Sendable {
    /// 24 bytes, so that a ring takes little of the caches.
    struct Event {
        let start: UInt64
        /// Nanoseconds; or the bits of a counter's value.
        let payload: UInt64
        let label: Timeline.Label
        let argument: Int32
    }

    let identifier: Int
    let name: String
    private let wake: DispatchSemaphore
    private let capacity: Int
    private let events: UnsafeMutablePointer<Event>
    /// Each in a pair of cache lines of its own, since processors fetch them in pairs: no thread's line is another's.
    private let written: UnsafeMutablePointer<Atomic<Int>>
    private let emptied: UnsafeMutablePointer<Atomic<Int>>
    private let lost: UnsafeMutablePointer<Atomic<Int>>
    private let counters: UnsafeMutableRawPointer
    private var knownEmptied = 0

    /// Events of a ring where thousands come a second: 768 KiB, which is touched as they come. A worker of the smallest
    /// network fills it in 30 ms.
    static let largeCapacity = 1 << 15
    static let smallCapacity = 1 << 12

    /// - Parameters:
    ///   - capacity: a power of two.
    ///   - wake: signaled each time that a quarter of the ring has been filled.
    init(identifier: Int, name: String, capacity: Int, wake: DispatchSemaphore) {
        precondition(capacity >= 4 && capacity & (capacity - 1) == 0)
        self.identifier = identifier
        self.name = name
        self.wake = wake
        // With little memory the ring is smaller: then more is counted and not kept.
        var (room, memory) = (capacity, Self.ring(capacity))
        while memory == nil && room > 4 {
            room /= 2
            memory = Self.ring(room)
        }
        guard let memory else { fatalError("no memory for a ring of \(room) events") }
        self.capacity = room
        events = memory.bindMemory(to: Event.self, capacity: room)
        let counters = UnsafeMutableRawPointer.allocate(byteCount: 3 * 128, alignment: 128)
        self.counters = counters
        func counter(_ place: Int) -> UnsafeMutablePointer<Atomic<Int>> {
            let pointer = (counters + place * 128).bindMemory(to: Atomic<Int>.self, capacity: 1)
            pointer.initialize(to: Atomic(0))
            return pointer
        }
        (written, emptied, lost) = (counter(0), counter(1), counter(2))
    }

    deinit {
        for counter in [written, emptied, lost] { counter.deinitialize(count: 1) }
        counters.deallocate()
        lockstep_free(events)
    }

    private static func ring(_ capacity: Int) -> UnsafeMutableRawPointer? {
        lockstep_allocate(64, capacity * MemoryLayout<Event>.stride)
    }

    /// Records what took from `start` to `end`, in nanoseconds as `Timeline.now` tells them.
    ///
    /// - Parameter argument: what the label says: a step, rows.
    package func record(_ label: Timeline.Label, start: UInt64, end: UInt64, argument: Int = 0) {
        // Two threads may have looked at clocks that differ by a little.
        let length = end > start ? end - start : 0
        append(Event(start: start, payload: length, label: label, argument: Int32(clamping: argument)))
    }

    /// Records the value that a counter has from now on.
    package func count(_ label: Timeline.Label, at time: UInt64, value: Double) {
        append(Event(start: time, payload: value.bitPattern, label: label, argument: 0))
    }

    private func append(_ event: Event) {
        let count = written.pointee.load(ordering: .relaxed)
        if count - knownEmptied == capacity {
            knownEmptied = emptied.pointee.load(ordering: .acquiring)
            if count - knownEmptied == capacity {
                lost.pointee.store(lost.pointee.load(ordering: .relaxed) + 1, ordering: .relaxed)
                return
            }
        }
        (events + (count & (capacity - 1))).initialize(to: event)
        written.pointee.store(count + 1, ordering: .releasing)
        if (count + 1) & (capacity / 4 - 1) == 0 { wake.signal() }
    }

    /// How many events there have ever been. Whoever sees an event counted sees the label that it has, too.
    var count: Int { written.pointee.load(ordering: .acquiring) }

    /// Takes out what is there up to a count, oldest first. By the timeline's thread.
    func empty(upTo end: Int, _ body: (Event) -> Void) {
        var next = emptied.pointee.load(ordering: .relaxed)
        while next < end {
            // A part at a time, so that the recording thread finds room soon.
            let stop = min(end, next + capacity / 4)
            while next < stop {
                body(events[next & (capacity - 1)])
                next += 1
            }
            emptied.pointee.store(next, ordering: .releasing)
        }
    }

    /// Events there have been, kept or not. By the recording thread.
    package var recordedCount: Int { written.pointee.load(ordering: .relaxed) + lostCount }

    /// Events that were not kept, so far.
    var lostCount: Int { lost.pointee.load(ordering: .relaxed) }
}
