import CSystem
import Foundation
import Kernels
import Timelines
import Workers

/// Brings windows of rows into memory, ahead of whoever needs them, on threads of its own.
///
/// Memory is a ring: window w takes the place of window w − `ring`, when that is no longer in use. Threads fill it
/// piece by piece, earlier windows first, and wait when it is full; whoever needs a window waits until it is filled.
/// Nothing that is computed depends on who waited, or on how many threads there are.
///
/// `acquire` is one thread's. What it brought into memory stays until the next call of it.
final class RowStream: Sendable {
    let plan: WindowPlan
    private let ring: Int
    private let work: StreamWork

    /// - Parameters:
    ///   - rows: the rows of `source` that are the samples, ascending; nil for all.
    ///   - ring: windows in memory, at least one.
    ///   - lastWindow: the last one that anyone will ask for; nil to go on for ever.
    init(
        _ source: any RowSource, rows: [Int32]?, plan: WindowPlan, ring: Int, threads: Int, lastWindow: Int? = nil
    ) {
        precondition(ring > 0 && threads > 0)
        self.plan = plan
        self.ring = ring
        work = StreamWork(source: source, rows: rows, plan: plan, ring: ring, lastWindow: lastWindow ?? .max)
        for number in 0..<threads { work.startThread(number) }
    }

    deinit { work.stop() }

    /// Waits until windows are in memory, and gives up those before them. They may be any: going back, or far ahead,
    /// takes the time to read them.
    ///
    /// - Throws: what a loading thread met with.
    func acquire(_ windows: ClosedRange<Int>) throws {
        precondition(windows.count <= ring, "more windows than there is memory for")
        try work.acquire(windows)
    }

    /// Has what the threads do from now on drawn on a timeline, or on none any more.
    func record(on timeline: Timeline?) { work.record(on: timeline) }

    /// The most samples that can be acquired at a time in the order of the file, with a window left to fill meanwhile.
    var capacity: Int { ring >= plan.windowsInEpoch ? .max : (ring - 1) * plan.slots }

    /// The first slot of a window in the memory of all.
    func firstSlot(of window: Int) -> Int { window % ring * plan.slots }

    /// The memory from a slot on.
    func rows(from slot: Int) -> InputRows {
        let pointer = UnsafePointer(work.memory.pointer + slot * work.rowBytes)
        guard !work.storesBytes else { return .bytes(pointer) }
        return .floats(UnsafeRawPointer(pointer).assumingMemoryBound(to: Float.self))
    }
}

/// What the threads of a stream share with it. They keep this alive, and not the stream, which ends them.
///
/// `@unchecked Sendable`: all that changes is guarded by `condition`, but for the memory of a window, which belongs to
/// the threads that fill it from when they claim a piece until they have counted it, and to the reader after that.
private final class StreamWork: @unchecked Sendable {
    let memory: ByteBuffer
    let rowBytes: Int
    let storesBytes: Bool
    /// Nil after the end: the last thread to hold this must not be the one to close a file.
    private var source: (any RowSource)?
    private let rows: [Int32]?
    private let plan: WindowPlan
    private let lastWindow: Int

    private let condition = NSCondition()
    /// The first window that is in use or will be; those before it are given up.
    private var first = 0
    private var places: [Place]
    private var failure: (any Error)?
    private var isStopped = false
    private var threads = 0
    private var recording: Recording?

    /// Where spans go.
    private struct Recording {
        let timeline: Timeline
        let label: Timeline.Label
    }

    /// What is in one place of the ring.
    private struct Place {
        var window = -1
        var pieces: [Range<Int>] = []
        /// Pieces that no thread has claimed yet begin here.
        var next = 0
        /// The slot at which that one begins, within the window.
        var nextSlot = 0
        var finished = 0

        var isFilled: Bool { finished == pieces.count }
        var isBusy: Bool { next > finished }
    }

    private struct Piece {
        let place: Int
        let samples: Range<Int>
        /// In the memory of all windows.
        let slot: Int
    }

    init(source: any RowSource, rows: [Int32]?, plan: WindowPlan, ring: Int, lastWindow: Int) {
        self.source = source
        self.rows = rows
        self.plan = plan
        self.lastWindow = lastWindow
        rowBytes = source.rowBytes
        storesBytes = source.storesBytes
        memory = ByteBuffer(count: ring * plan.slots * source.rowBytes)
        places = [Place](repeating: Place(), count: ring)
    }

    func record(on timeline: Timeline?) {
        let recording = timeline.map {
            Recording(timeline: $0, label: $0.label("read and decode", category: "loading", argument: "rows"))
        }
        condition.withLock { self.recording = recording }
    }

    func acquire(_ windows: ClosedRange<Int>) throws {
        condition.lock()
        defer { condition.unlock() }
        if first != windows.lowerBound {
            first = windows.lowerBound
            condition.broadcast()
        }
        while true {
            if let failure { throw failure }
            if windows.allSatisfy(isFilled) { return }
            condition.wait()
        }
    }

    private func isFilled(_ window: Int) -> Bool {
        let place = places[window % places.count]
        return place.window == window && place.isFilled
    }

    func startThread(_ number: Int) {
        condition.withLock { threads += 1 }
        let isStarted = DetachedThread.start(name: "lockstep-load-\(number)") { [self] in
            lockstep_unpin()
            if let source = condition.withLock({ source }) { fill(PieceFiller(source: source, rows: rows)) }
            condition.withLock {
                threads -= 1
                condition.broadcast()
            }
        }
        guard !isStarted else { return }
        condition.withLock {
            threads -= 1
            // One thread does the work of all; without any, whoever waits for data shall hear why.
            if threads == 0 { failure = failure ?? ThreadsExhausted() }
        }
    }

    /// Ends the threads, each after the piece that it is at.
    func stop() {
        condition.withLock {
            isStopped = true
            condition.broadcast()
            while threads > 0 { condition.wait() }
            source = nil
        }
    }

    /// A thread's life.
    private func fill(_ filler: consuming PieceFiller) {
        condition.lock()
        defer { condition.unlock() }
        var loan: Timeline.Loan?
        while !isStopped {
            guard failure == nil, let piece = claim() else {
                condition.wait()
                continue
            }
            let recording = recording
            condition.unlock()
            if loan?.timeline !== recording?.timeline { loan = recording?.timeline.lendTrack("loading") }
            let start = recording == nil ? 0 : Timeline.now
            let result = Result { try filler.fill(piece.samples, at: memory.pointer + piece.slot * rowBytes) }
            if let recording, let loan {
                loan.track.record(recording.label, start: start, end: Timeline.now, argument: piece.samples.count)
            }
            condition.lock()
            if case .failure(let error) = result { failure = failure ?? error }
            places[piece.place].finished += 1
            if failure != nil || places[piece.place].isFilled || !places[piece.place].isBusy { condition.broadcast() }
        }
    }

    /// The next piece of the earliest window that has one, or nil if the ring is full.
    private func claim() -> Piece? {
        for window in first..<first + places.count where window <= lastWindow {
            let index = window % places.count
            if places[index].window != window {
                // Some thread may still be writing what nobody needs any more.
                if places[index].isBusy { continue }
                places[index] = Place(window: window, pieces: plan.pieces(of: window))
            }
            guard places[index].next < places[index].pieces.count else { continue }
            let samples = places[index].pieces[places[index].next]
            let piece = Piece(place: index, samples: samples, slot: index * plan.slots + places[index].nextSlot)
            places[index].next += 1
            places[index].nextSlot += samples.count
            return piece
        }
        return nil
    }
}

/// The system has no thread to give.
private struct ThreadsExhausted: Error, CustomStringConvertible {
    let description: String

    init() {
        let cause =
            DetachedThread.failure == ENOMEM
            ? "too little memory for its stack: raise the limit (ulimit -v)"
            : "the limit of processes reached (ulimit -u, or pids.max of the control group)"
        description = "no thread can be started to read data: expected at least one, found " + cause
    }
}

/// Decodes pieces, for one thread.
private final class PieceFiller {
    private let source: any RowSource
    private let reader: any RowReader
    private let rows: [Int32]?
    /// Rows of which only some are samples.
    private let strip: ByteBuffer
    private let stripRows: Int

    init(source: any RowSource, rows: [Int32]?) {
        self.source = source
        self.rows = rows
        reader = source.makeReader()
        stripRows = stripLength(source)
        strip = ByteBuffer(count: rows == nil ? 0 : stripRows * source.rowBytes)
    }

    func fill(_ samples: Range<Int>, at target: UnsafeMutablePointer<UInt8>) throws {
        try source.checkUnchanged()
        guard let rows else { return try reader.read(samples, into: target) }
        var target = target
        var next = samples.lowerBound
        while next < samples.upperBound {
            let row = Int(rows[next])
            let end = min((row / stripRows + 1) * stripRows, Int(rows[samples.upperBound - 1]) + 1)
            try reader.read(row..<end, into: strip.pointer)
            while next < samples.upperBound, rows[next] < end {
                target.update(from: strip.pointer + (Int(rows[next]) - row) * source.rowBytes, count: source.rowBytes)
                target += source.rowBytes
                next += 1
            }
        }
    }
}

/// Rows that are read at once where only some of them are samples.
func stripLength(_ source: any RowSource) -> Int { max(source.chunkRows, 64) }
