import Lockstep
import Logging
import Synchronization
import TestSupport
import XCTest

final class LoggingObserverTests: HDF5TestCase {
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

        let found = lines.all
        XCTAssertEqual(
            found.map { "\($0.level) \($0.message)" },
            [
                "info training", "debug checkpoint written", "info epoch finished", "debug checkpoint written",
                "info epoch finished", "warning mind the step",
            ])
        XCTAssertEqual(found[4].metadata["epoch"], "2")
        XCTAssertEqual(found[4].metadata["step"], "4")
        XCTAssertNotNil(found[4].metadata["validationAccuracy"])
        XCTAssertEqual(found[3].metadata["step"], "4")
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
