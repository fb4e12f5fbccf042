import Logging
import Networks
import RunSupport
import Synchronization
import TestSupport
import Training
import XCTest

final class LoggingObserverTests: RunTestCase {
    func testARunTellsItsEpochsAndCheckpointsToALogger() throws {
        let lines = Lines()
        var logger = Logger(label: "test") { _ in Recorder(lines: lines) }
        logger.logLevel = .debug
        let configuration = Configuration(
            dataset: .synthetic(inputs: [4], classes: 2, samples: 20, validation: 10),
            network: Network { Linear(2) }, batchSize: 10, epochs: 2)
        let run = try TrainingRun(configuration, directory: "\(directory)/run")
        _ = try run.train(observer: LoggingObserver(logger))
        LoggingObserver(logger).note("mind the step")

        // A checkpoint is written behind the steps that follow it, so it may be told after them.
        let checkpoints = lines.all.filter { $0.message == "checkpoint written" }
        XCTAssertEqual(checkpoints.map(\.level), [.debug, .debug])
        XCTAssertEqual(checkpoints.map { $0.metadata["step"] }, ["2", "4"])
        let found = lines.all.filter { $0.message != "checkpoint written" }
        XCTAssertEqual(
            found.map { "\($0.level) \($0.message)" },
            ["info training", "info epoch finished", "info epoch finished", "warning mind the step"])
        XCTAssertEqual(found[2].metadata["epoch"], "2")
        XCTAssertEqual(found[2].metadata["step"], "4")
        XCTAssertNotNil(found[2].metadata["validationAccuracy"])
    }
}

private struct Line: Sendable {
    let level: Logger.Level
    let message: String
    let metadata: [String: String]
}

private final class Lines: Sendable {
    private let lines = Mutex<[Line]>([])
    var all: [Line] { lines.withLock { $0 } }
    func append(_ line: Line) { lines.withLock { $0.append(line) } }
}

/// A log handler that keeps what it is given.
private struct Recorder: LogHandler {
    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .debug

    init(lines: Lines) { self.lines = lines }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        lines.append(
            Line(
                level: event.level, message: event.message.description,
                metadata: (event.metadata ?? [:]).mapValues { $0.description }))
    }
}
