import DurableFiles
import Foundation
import XCTest

@testable import Timelines

final class TimelineTests: XCTestCase {
    private var directory = ""

    override func setUpWithError() throws {
        directory = NSTemporaryDirectory() + "timelines-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    override func tearDown() { try? FileManager.default.removeItem(atPath: directory) }

    private var path: String { directory + "/trace.json" }

    /// What a viewer reads.
    private func events() throws -> [[String: Any]] {
        let data = try XCTUnwrap(FileManager.default.contents(atPath: path))
        // Not inside XCTUnwrap, which would count as a failure what the caller may expect to throw.
        let events = try JSONSerialization.jsonObject(with: data)
        return try XCTUnwrap(events as? [[String: Any]])
    }

    private func named(_ name: String, _ phase: String = "X") throws -> [[String: Any]] {
        try events().filter { $0["name"] as? String == name && $0["ph"] as? String == phase }
    }

    func testAnEmptyTimelineIsValidFromTheBeginning() throws {
        let timeline = try Timeline(path: path, process: "one")
        XCTAssertEqual(try events().count, 1)
        XCTAssertEqual(timeline.finish(), .init(events: 0, lost: 0, problem: nil))
        let process = try events()[0]
        XCTAssertEqual(process["ph"] as? String, "M")
        XCTAssertEqual((process["args"] as? [String: String])?["name"], "one")
    }

    func testSpansHaveTheirTrackTimesInMicrosecondsAndArgument() throws {
        let timeline = try Timeline(path: path, process: "p")
        let label = timeline.label("work", category: "kind", argument: "step")
        let track = timeline.track("worker 0")
        let start = Timeline.now
        track.record(label, start: start + 1_000, end: start + 3_500, argument: 7)
        track.record(label, start: start + 4_007, end: start + 4_007, argument: 8)
        XCTAssertEqual(timeline.finish(), .init(events: 2, lost: 0, problem: nil))

        let thread = try XCTUnwrap(try named("thread_name", "M").first)
        XCTAssertEqual((thread["args"] as? [String: String])?["name"], "worker 0")
        let spans = try named("work")
        XCTAssertEqual(spans.map { ($0["args"] as? [String: Int])?["step"] }, [7, 8])
        XCTAssertEqual(spans.map { $0["dur"] as? Double }, [2.5, 0])
        XCTAssertEqual(spans.map { $0["cat"] as? String }, ["kind", "kind"])
        XCTAssertEqual(spans.map { $0["tid"] as? Int }, Array(repeating: thread["tid"] as? Int, count: 2))
        let times = spans.compactMap { $0["ts"] as? Double }
        XCTAssertEqual(times[1] - times[0], 3.007, accuracy: 1e-6)
        XCTAssertEqual(Set(try events().map { $0["pid"] as? Int }), [Int(getpid())])
    }

    func testNamesMayHoldAnything() throws {
        let name = "a \"quoted\" \\ name\n\u{1} \u{2028} ünï 🙂 </script>"
        let timeline = try Timeline(path: path, process: name)
        let track = timeline.track(name)
        track.record(timeline.label(name, category: name, argument: name), start: 1, end: 2)
        track.record(
            timeline.label(String(repeating: "\u{7}", count: 100_000), category: ""), start: 1, end: 2)
        _ = timeline.finish()
        let span = try XCTUnwrap(try named(name).first)
        XCTAssertEqual((span["args"] as? [String: Int])?[name], 0)
        XCTAssertEqual(span["ts"] as? Double, 0, "before the beginning")
    }

    func testCountersHaveValuesAndNothingElseThanNumbers() throws {
        let timeline = try Timeline(path: path, process: "p")
        let loss = timeline.counter("loss")
        let track = timeline.track("t")
        for value in [0.1, -2.5e-300, .infinity, .nan] { track.count(loss, at: Timeline.now, value: value) }
        _ = timeline.finish()
        let values = try named("loss", "C").map { ($0["args"] as? [String: Any])?["value"] }
        XCTAssertEqual(values[0] as? Double, 0.1)
        XCTAssertEqual(values[1] as? Double, -2.5e-300)
        XCTAssertTrue(values[2] is NSNull && values[3] is NSNull)
    }

    func testTheFileIsValidWhileItGrowsAndSoon() throws {
        let timeline = try Timeline(path: path, process: "p")
        let label = timeline.label("work", category: "c")
        let track = timeline.track("t", isBusy: true)
        let deadline = Date().addingTimeInterval(30)
        var recorded = 0
        var seen = 0
        while seen < 20_000, Date() < deadline {
            for _ in 0..<1_000 {
                track.record(label, start: Timeline.now, end: Timeline.now)
                recorded += 1
            }
            // It may be met in the middle of a write.
            seen = (try? named("work").count) ?? seen
        }
        XCTAssertGreaterThanOrEqual(seen, 20_000)
        let summary = timeline.finish()
        XCTAssertEqual(summary.events + summary.lost, recorded)
        XCTAssertEqual(try named("work").count, summary.events)
    }

    func testManyThreadsLoseNothingThatIsNotCounted() throws {
        let timeline = try Timeline(path: path, process: "p")
        let label = timeline.label("work", category: "c", argument: "number")
        let tracks = (0..<5).map { timeline.track("t\($0)") }
        DispatchQueue.concurrentPerform(iterations: 5) { thread in
            for number in 0..<10_000 {
                tracks[thread].record(label, start: UInt64(number), end: UInt64(number) + 1, argument: number)
            }
        }
        let summary = timeline.finish()
        XCTAssertEqual(summary.events + summary.lost, 50_000)
        XCTAssertNil(summary.problem)
        let spans = try named("work")
        XCTAssertEqual(spans.count, summary.events)
        for (_, ofTrack) in Dictionary(grouping: spans, by: { $0["tid"] as? Int }) {
            let numbers = ofTrack.compactMap { ($0["args"] as? [String: Int])?["number"] }
            XCTAssertEqual(numbers, numbers.sorted(), "in order")
        }
    }

    func testWhatComesAfterACountWaitsForTheNextTime() {
        let label = Timeline.Label(index: 0)
        let track = TimelineTrack(identifier: 1, name: "t", capacity: 8, wake: DispatchSemaphore(value: 0))
        track.record(label, start: 0, end: 1, argument: 0)
        let count = track.count
        // Its label may have been made after those that the emptying thread has looked at.
        track.record(Timeline.Label(index: 1), start: 1, end: 2, argument: 1)
        var kept: [Int32] = []
        track.empty(upTo: count) { kept.append($0.argument) }
        XCTAssertEqual(kept, [0])
        track.empty(upTo: track.count) { kept.append($0.argument) }
        XCTAssertEqual(kept, [0, 1])
        XCTAssertEqual(track.recordedCount, 2)
    }

    func testASpanThatEndsBeforeItBeganIsOneOfNoLength() {
        let track = TimelineTrack(identifier: 1, name: "t", capacity: 8, wake: DispatchSemaphore(value: 0))
        track.record(Timeline.Label(index: 0), start: 9, end: 7)
        track.empty(upTo: track.count) { XCTAssertEqual($0.payload, 0) }
    }

    func testARingThatNobodyEmptiesCountsWhatItLoses() {
        let label = Timeline.Label(index: 0)
        let track = TimelineTrack(identifier: 1, name: "t", capacity: 8, wake: DispatchSemaphore(value: 0))
        for number in 0..<11 { track.record(label, start: 0, end: 1, argument: number) }
        XCTAssertEqual(track.lostCount, 3)
        var kept: [Int32] = []
        track.empty(upTo: track.count) { kept.append($0.argument) }
        XCTAssertEqual(kept, Array(0..<8))
        track.record(label, start: 0, end: 1, argument: 11)
        track.empty(upTo: track.count) { kept.append($0.argument) }
        XCTAssertEqual(kept.last, 11)
    }

    func testWhatRingsLoseIsSaidWhereItIsMissing() throws {
        var writer = try TraceWriter(file: try TraceFile(path: path, largest: 1 << 20), process: "p", origin: 0)
        let track = TimelineTrack(identifier: 3, name: "t", capacity: 4, wake: DispatchSemaphore(value: 0))
        for _ in 0..<6 { track.record(Timeline.Label(index: 0), start: 1, end: 2) }
        writer.write([track], upTo: [track.count], [.span("work", category: "c", argument: nil)])
        XCTAssertEqual(writer.summary, .init(events: 4, lost: 2, problem: nil))
        writer.close()
        let lost = try XCTUnwrap(try events().first { $0["ph"] as? String == "i" })
        XCTAssertEqual(lost["name"] as? String, "2 events lost")
        XCTAssertEqual(lost["tid"] as? Int, 3)
    }

    func testAFileThatIsFullEndsWithWordsAndStaysValid() throws {
        let timeline = try Timeline(path: path, process: "p", largestFile: 2_000)
        let label = timeline.label("work", category: "c")
        let track = timeline.track("t")
        for _ in 0..<4_000 { track.record(label, start: 1, end: 2) }
        let summary = timeline.finish()
        XCTAssertEqual(summary.events + summary.lost, 4_000)
        XCTAssertGreaterThan(summary.lost, 0)
        XCTAssertTrue(try XCTUnwrap(summary.problem).contains("viewers"))
        let last = try XCTUnwrap(try events().last)
        XCTAssertTrue(try XCTUnwrap(last["name"] as? String).contains("\(summary.lost) events lost"))
    }

    func testALentTrackIsUsedAgain() throws {
        let timeline = try Timeline(path: path, process: "p")
        var first: Timeline.Loan? = timeline.lendTrack("loading")
        let second = timeline.lendTrack("loading")
        XCTAssertFalse(first!.track === second.track)
        let track = first!.track
        first = nil
        XCTAssertTrue(timeline.lendTrack("loading").track === track)
        XCTAssertEqual([track.name, second.track.name], ["loading 0", "loading 1"])
        _ = timeline.finish()
    }

    func testAPlaceThatCannotBeWrittenIsRefusedByNameAndNothingIsLeft() throws {
        try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
        for attempt in [{ try Timeline.check(path: self.path) }, { _ = try Timeline(path: self.path, process: "") }] {
            XCTAssertThrowsError(try attempt()) { XCTAssertEqual($0 as? DurableFileError, .exists(path: self.path)) }
        }
        XCTAssertEqual(FileManager.default.contents(atPath: path), Data("mine".utf8))
        XCTAssertThrowsError(try Timeline.check(path: directory + "/absent/trace.json")) { error in
            XCTAssertTrue("\(error)".contains("absent"), "\(error)")
        }
        XCTAssertNoThrow(try Timeline.check(path: directory + "/new.json"))
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: directory), ["trace.json"])
    }
}
