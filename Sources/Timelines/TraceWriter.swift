import DurableFiles
import Foundation

/// Writes events in the array form of Chromium's "Trace Event Format"
/// (<https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU>): metadata `M` that names the
/// process and its threads, complete events `X`, counters `C`, and instants `i` where events were lost. Times are in
/// microseconds since the timeline began.
struct TraceWriter: ~Copyable {
    private let file: TraceFile
    private var text: TraceBytes
    private let origin: UInt64
    private var isFirst = true
    /// Tracks whose names are in the file.
    private var named = 0
    /// Events in `text`, and in the file.
    private var pending = 0
    private var events = 0
    private var lost = 0
    /// What each track had lost when that was last said.
    private var said: [Int] = []

    private static let process = UInt64(getpid())
    /// The longest event, but for its label and the closing bracket.
    private static let longestEvent = 256

    /// - Throws: `DurableFileError` where there is no memory for it.
    init(file: TraceFile, process name: String, origin: UInt64) throws {
        guard let text = TraceBytes(capacity: 256 << 10) else {
            throw DurableFileError.failed(path: file.path, operation: "collect what to write", code: ENOMEM)
        }
        self.text = text
        self.file = file
        self.origin = origin
        writeMetadata("process_name", thread: 0, "name", quoted(name))
        flush()
    }

    var summary: Timeline.Summary { Timeline.Summary(events: events, lost: lost, problem: file.problem) }

    /// Writes what the tracks hold.
    ///
    /// - Parameters:
    ///   - counts: up to which event of each track.
    ///   - labels: all that these events have.
    mutating func write(_ tracks: [TimelineTrack], upTo counts: [Int], _ labels: [TraceLabel]) {
        while named < tracks.count {
            let track = tracks[named]
            writeMetadata("thread_name", thread: track.identifier, "name", quoted(track.name))
            writeMetadata(
                "thread_sort_index", thread: track.identifier, "sort_index", Array("\(track.identifier)".utf8))
            said.append(0)
            named += 1
        }
        for (index, track) in tracks.enumerated() {
            track.empty(upTo: counts[index]) { write($0, labels[Int($0.label.index)], thread: track.identifier) }
            let lostCount = track.lostCount
            if lostCount > said[index] {
                sayLost(lostCount - said[index], thread: track.identifier)
                lost += lostCount - said[index]
                said[index] = lostCount
            }
        }
        flush()
    }

    /// Says in the file that it ends early, if it does.
    mutating func close() {
        guard let problem = file.problem else { return }
        let name = quoted("the file ends before the run, \(lost) events lost: \(problem)")
        begin(Array("{\"ph\":\"i\",\"s\":\"g\",\"name\":".utf8) + name + Array(",\"cat\":\"lost\",\"ts\":".utf8))
        text.append(microseconds: Timeline.now - origin)
        appendThread(0)
        text.append("}")
        TraceFile.close(&text)
        file.appendLast(text.bytes)
        text.removeAll()
    }

    private mutating func write(_ event: TimelineTrack.Event, _ label: TraceLabel, thread: Int) {
        begin(label.prefix)
        text.append(microseconds: event.start > origin ? event.start - origin : 0)
        switch label.kind {
        case .span(let argument):
            text.append(",\"dur\":")
            text.append(microseconds: event.payload)
            appendThread(thread)
            if let argument {
                text.append(argument)
                text.append(UInt64(max(0, event.argument)))
                text.append("}")
            }
        case .counter:
            appendThread(thread)
            text.append(",\"args\":{\"value\":")
            let value = Double(bitPattern: event.payload)
            text.append(Array((value.isFinite ? "\(value)" : "null").utf8))
            text.append("}")
        }
        text.append("}")
        pending += 1
    }

    /// An instant across the track from which events are missing.
    private mutating func sayLost(_ count: Int, thread: Int) {
        begin(Array("{\"ph\":\"i\",\"s\":\"t\",\"name\":\"\(count) events lost\",\"cat\":\"lost\",\"ts\":".utf8))
        text.append(microseconds: Timeline.now - origin)
        appendThread(thread)
        text.append("}")
    }

    private mutating func writeMetadata(_ kind: String, thread: Int, _ key: String, _ value: [UInt8]) {
        begin(Array("{\"ph\":\"M\",\"name\":\"\(kind)\",\"ts\":0".utf8), value.count)
        appendThread(thread)
        text.append(Array(",\"args\":{\"\(key)\":".utf8))
        text.append(value)
        text.append("}}")
    }

    private mutating func begin(_ prefix: [UInt8], _ more: Int = 0) {
        if text.room < prefix.count + more + Self.longestEvent { flush() }
        text.append(isFirst ? "\n" : ",\n")
        isFirst = false
        text.append(prefix)
    }

    private mutating func appendThread(_ thread: Int) {
        text.append(",\"pid\":")
        text.append(Self.process)
        text.append(",\"tid\":")
        text.append(UInt64(thread))
    }

    private mutating func flush() {
        defer {
            text.removeAll()
            pending = 0
        }
        guard text.count > 0 else { return }
        TraceFile.close(&text)
        if file.append(text.bytes) { events += pending } else { lost += pending }
    }
}

/// A name, as the beginning of the events that have it.
struct TraceLabel: Sendable {
    enum Kind: Sendable {
        /// The beginning of its argument, if it has one.
        case span(argument: [UInt8]?)
        case counter
    }

    let kind: Kind
    let prefix: [UInt8]

    static func span(_ name: String, category: String, argument: String?) -> TraceLabel {
        TraceLabel(
            kind: .span(argument: argument.map { Array(",\"args\":{".utf8) + quoted($0) + Array(":".utf8) }),
            prefix: Array("{\"ph\":\"X\",\"name\":".utf8) + quoted(name) + Array(",\"cat\":".utf8) + quoted(category)
                + Array(",\"ts\":".utf8))
    }

    static func counter(_ name: String) -> TraceLabel {
        TraceLabel(
            kind: .counter, prefix: Array("{\"ph\":\"C\",\"name\":".utf8) + quoted(name) + Array(",\"ts\":".utf8))
    }
}

/// A text as JSON writes it, cut where it is longer than a viewer shows.
private func quoted(_ text: String) -> [UInt8] {
    let encoded = try? JSONEncoder().encode(String(text.prefix(1000)))
    return encoded.map(Array.init) ?? Array("\"\"".utf8)
}
