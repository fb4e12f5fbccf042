import CSystem
import Dispatch
import DurableFiles
import Foundation
import Workers

/// What the threads of a run did when, as a file for Perfetto (<https://ui.perfetto.dev>) or `chrome://tracing`.
///
///     let timeline = try Timeline(path: "trace.json", process: "lockstep runs/digits-1")
///     let label = timeline.label("linear1 forward", category: "forward")
///     let track = timeline.track("worker 0")
///     track.record(label, start: before, end: Timeline.now)
///     let summary = timeline.finish()
///
/// A thread records in a ring of its own; a thread of the timeline empties the rings a few times a second, or when they
/// fill, and writes. Memory is bounded, and so is the file: what cannot be kept is counted, and the file says where.
public final class Timeline: @unchecked Sendable {
    public let path: String

    /// What a span is called; made once, before there are spans of it.
    package struct Label: Sendable {
        let index: Int32
    }

    /// What became of a timeline.
    public struct Summary: Sendable, Equatable {
        /// Spans and values in the file.
        public let events: Int
        /// Spans and values that are not in the file: rings were full, or the file.
        public let lost: Int
        /// Why the file ends before the run, if it does.
        public let problem: String?
    }

    /// The largest file: more than viewers open.
    package static let largestFile = 512 << 20

    /// Nanoseconds of the monotonic clock.
    package static var now: UInt64 { lockstep_nanoseconds() }

    private struct State {
        var tracks: [TimelineTrack] = []
        var labels: [TraceLabel] = []
        /// Tracks that nobody uses, by the name they are lent under.
        var idle: [String: [TimelineTrack]] = [:]
        var lent: [String: Int] = [:]
        var isFinishing = false
    }
    private let state = Locked(State())
    private let wake = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    /// The writing thread's until `ended`, then that of `finish`.
    private var writer: TraceWriter

    /// How far the file is behind at most, as long as the disk is not.
    private static let interval = DispatchTimeInterval.milliseconds(200)

    /// Makes the file.
    ///
    /// - Parameter process: what the viewer calls the process.
    /// - Throws: `DurableFileError` if something has its name or it cannot be made.
    package init(path: String, process: String, largestFile: Int = Timeline.largestFile) throws {
        self.path = path
        let file = try TraceFile(path: path, largest: largestFile)
        do { writer = try TraceWriter(file: file, process: process, origin: Self.now) } catch {
            unlink(path)
            throw error
        }
        // None of Dispatch's, which are busy computing.
        let isStarted = DetachedThread.start(name: "lockstep-trace") { [self] in
            while !state.withLock({ $0.isFinishing }) {
                _ = wake.wait(timeout: .now() + Self.interval)
                write()
            }
            ended.signal()
        }
        guard isStarted else {
            let code = DetachedThread.failure
            unlink(path)
            throw DurableFileError.failed(path: path, operation: "start a thread that writes it", code: code)
        }
    }

    /// Makes sure that the file can be made, without leaving one.
    ///
    /// - Throws: `DurableFileError`.
    package static func check(path: String) throws {
        _ = try TraceFile(path: path, largest: 0)
        unlink(path)
    }

    /// A name for spans.
    ///
    /// - Parameters:
    ///   - category: groups names; a viewer can filter by it.
    ///   - argument: what the number is that spans come with: `step`, `rows`; nil where there is none.
    package func label(_ name: String, category: String, argument: String? = nil) -> Label {
        add(.span(name, category: category, argument: argument))
    }

    /// A name for a value that changes.
    package func counter(_ name: String) -> Label { add(.counter(name)) }

    private func add(_ label: TraceLabel) -> Label {
        state.withLock { state in
            state.labels.append(label)
            return Label(index: Int32(state.labels.count - 1))
        }
    }

    /// A line for a thread, below those there are.
    ///
    /// - Parameter isBusy: whether it gets thousands of spans a second.
    package func track(_ name: String, isBusy: Bool = false) -> TimelineTrack {
        state.withLock { addTrack(name, isBusy: isBusy, &$0) }
    }

    private func addTrack(_ name: String, isBusy: Bool, _ state: inout State) -> TimelineTrack {
        let track = TimelineTrack(
            identifier: state.tracks.count + 1, name: name,
            capacity: isBusy ? TimelineTrack.largeCapacity : TimelineTrack.smallCapacity, wake: wake)
        state.tracks.append(track)
        return track
    }

    /// A line for a thread that comes and goes: threads of the same name that are not there at the same time share one.
    package func lendTrack(_ name: String) -> Loan {
        state.withLock { state in
            if let track = state.idle[name]?.popLast() { return Loan(track, of: self, name) }
            let number = state.lent[name, default: 0]
            state.lent[name] = number + 1
            return Loan(addTrack("\(name) \(number)", isBusy: false, &state), of: self, name)
        }
    }

    /// A track until this goes.
    package final class Loan {
        package let timeline: Timeline
        package let track: TimelineTrack
        private let name: String

        init(_ track: TimelineTrack, of timeline: Timeline, _ name: String) {
            (self.track, self.timeline, self.name) = (track, timeline, name)
        }

        deinit { timeline.state.withLock { [name, track] in $0.idle[name, default: []].append(track) } }
    }

    /// Writes what is there and closes the file. Spans that come later are not kept.
    public func finish() -> Summary {
        guard
            !state.withLock({ state in
                defer { state.isFinishing = true }
                return state.isFinishing
            })
        else { return writer.summary }
        wake.signal()
        ended.wait()
        write()
        writer.close()
        return writer.summary
    }

    private func write() {
        let tracks = state.withLock { $0.tracks }
        // In this order: an event that is counted has a label that is there, and others wait for the next time.
        let counts = tracks.map(\.count)
        let labels = state.withLock { $0.labels }
        writer.write(tracks, upTo: counts, labels)
    }
}
