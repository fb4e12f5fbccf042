import Datasets
import Kernels
import Networks
import RunSupport
import TestSupport
import Timelines
import Workers
import XCTest

@testable import Training

/// A run's timeline, read back as a viewer reads it.
final class RunTimelineTests: RunTestCase {
    private struct Span {
        let name: String
        let category: String
        let start: Double
        let end: Double
        let arguments: [String: Int]
    }

    private let configuration = Configuration(
        dataset: .synthetic(inputs: [12], classes: 3, samples: 90, validation: 30),
        network: Network {
            Linear(16)
            ReLU()
            Residual { Linear(16) }
            Linear(3)
        },
        optimizer: .adam(.init(learningRate: 0.01)), batchSize: 20, shards: 3, epochs: 2, seed: 3)

    /// Spans by the name of their thread, in the order of their beginnings.
    private func spans(_ path: String) throws -> [String: [Span]] {
        let data = try XCTUnwrap(FileManager.default.contents(atPath: path))
        let events = try XCTUnwrap(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
        var names: [Int: String] = [:]
        for event in events where event["name"] as? String == "thread_name" {
            names[event["tid"] as! Int] = (event["args"] as! [String: String])["name"]
        }
        var spans: [String: [Span]] = [:]
        for event in events where event["ph"] as? String == "X" {
            let start = event["ts"] as! Double
            spans[names[event["tid"] as! Int]!, default: []].append(
                Span(
                    name: event["name"] as! String, category: event["cat"] as! String, start: start,
                    end: start + (event["dur"] as! Double), arguments: event["args"] as? [String: Int] ?? [:]))
        }
        return spans.mapValues { $0.sorted { ($0.start, $0.end) < ($1.start, $1.end) } }
    }

    private func train(
        _ configuration: Configuration, steps: Int? = nil, loading: LoadingOptions = LoadingOptions(),
        drawnSteps: DrawnSteps = DrawnSteps(skipped: 0)
    ) throws -> (run: TrainingRun, spans: [String: [Span]]) {
        let name = "\(directory)/\(UUID().uuidString)"
        let run = try TrainingRun(configuration, directory: name, loading: loading, workers: .exactly(2))
        let timeline = try Timeline(path: name + ".json", process: "test")
        run.record(on: timeline, drawnSteps)
        let result = Result { try run.train(steps: steps) }
        run.record(on: nil)
        XCTAssertEqual(timeline.finish().lost, 0)
        if case .failure(let error) = result, !(error is TrainingError) { throw error }
        return (run, try spans(name + ".json"))
    }

    func testSpansOfOneThreadNeverOverlap() throws {
        for (thread, spans) in try train(configuration).spans {
            for (first, second) in zip(spans, spans.dropFirst()) {
                XCTAssertLessThanOrEqual(first.end, second.start + 1e-4, "\(thread): \(first) and \(second)")
            }
        }
    }

    func testEachStepHasEveryLayerForwardAndBackwardAndItsUpdate() throws {
        let (run, spans) = try train(configuration)
        let operations = run.trainer.model.network.trainingPlan.operations
        let workers = (spans["worker 0"] ?? []) + (spans["worker 1"] ?? [])
        let steps = try XCTUnwrap(spans["steps"]).filter { $0.name == "step" }
        XCTAssertEqual(steps.map { $0.arguments["step"] }, Array(1...10))
        for step in steps {
            let inside = workers.filter { $0.start >= step.start && $0.end <= step.end + 1e-4 }
            func count(_ name: String) -> Int { inside.filter { $0.name == name }.count }
            for layer in Set(operations.map(\.layer)) {
                let ofLayer = operations.filter { $0.layer == layer }.count
                XCTAssertEqual(count("\(layer) forward"), 3 * ofLayer, layer)
                XCTAssertEqual(count("\(layer) backward"), 3 * ofLayer, layer)
            }
            XCTAssertEqual(count("loss"), 3)
            XCTAssertEqual(count("reduce and update"), 3 + run.trainer.model.network.blocks.count)
            XCTAssertGreaterThanOrEqual(count("data"), 3)
        }
        let loose = workers.filter { span in
            span.category != "evaluation" && !steps.contains { span.start >= $0.start && span.end <= $0.end + 1e-4 }
        }
        XCTAssertEqual(loose.map(\.name), [])
    }

    func testStepsWhoseWorkersAreNotDrawnSaySoAndValidationsAreThereAllTheSame() throws {
        var drawnSteps = DrawnSteps(skipped: 15)
        drawnSteps.end(nanoseconds: 1, spans: 1)
        let (run, spans) = try train(configuration, drawnSteps: drawnSteps)
        let text = try String(contentsOfFile: run.directory.path + ".json", encoding: .utf8)
        XCTAssertFalse(text.contains("\"name\":\"loss\""))
        let steps = try XCTUnwrap(spans["steps"])
        XCTAssertEqual(
            steps.filter { $0.name == "step, workers not drawn" }.map { $0.arguments["step"] }, Array(1...10))
        let workers = (spans["worker 0"] ?? []) + (spans["worker 1"] ?? [])
        XCTAssertEqual(workers.map(\.name), ["evaluation", "evaluation"])
    }

    func testEpochsValidationsAndCheckpointsAreThere() throws {
        let spans = try train(configuration).spans
        XCTAssertEqual(spans["epochs"]?.map { $0.arguments["epoch"] }, [1, 2])
        let leader = try XCTUnwrap(spans["steps"])
        XCTAssertEqual(leader.filter { $0.name == "validation" }.map { $0.arguments["epoch"] }, [1, 2])
        XCTAssertEqual(leader.filter { $0.name == "copy for checkpoint" }.map { $0.arguments["step"] }, [5, 10])
        XCTAssertEqual(spans["checkpoint writer"]?.map { $0.arguments["step"] }, [5, 10])
        let evaluations = ((spans["worker 0"] ?? []) + (spans["worker 1"] ?? [])).filter { $0.name == "evaluation" }
        XCTAssertEqual(evaluations.count, 2)
    }

    func testAnEpochThatIsNotFinishedIsThereToo() throws {
        let spans = try train(configuration, steps: 7).spans
        XCTAssertEqual(spans["epochs"]?.map { $0.arguments["epoch"] }, [1, 2])
        XCTAssertEqual(spans["steps"]?.filter { $0.name == "step" }.count, 7)
    }

    func testARunThatEndsInAnErrorLeavesAWholeFile() throws {
        var bad = configuration
        bad.optimizer = .sgd(.init(learningRate: 1e30))
        let spans = try train(bad).spans
        XCTAssertGreaterThan(try XCTUnwrap(spans["steps"]).count, 0)
    }

    func testSumsAreThoseOfStageTimes() throws {
        let trainer = try Trainer(
            configuration, dataset: try Dataset.load(configuration.dataset, relativeTo: nil), workers: .exactly(2),
            kernels: availableKernels()[0])
        let layers = trainer.model.network.trainingPlan.operations.map(\.layer)
        let path = "\(directory)/trace.json"
        let timeline = try Timeline(path: path, process: "test")
        let times = PhaseTimes(operations: layers.count, workers: 2)
        let both = Both(RunTimeline(timeline, layers: layers, workers: 2), times)
        trainer.team.recorder = both
        try trainer.team.region { for _ in 0..<5 { _ = try trainer.step() } }
        trainer.team.recorder = nil
        XCTAssertEqual(timeline.finish().lost, 0)
        let all = try spans(path).values.flatMap { $0 }
        for stage in StepPhase.allCases {
            let seconds = all.filter { $0.category == "\(stage)" }.reduce(0) { $0 + $1.end - $1.start } * 1e-6
            XCTAssertEqual(seconds, times.seconds(stage), accuracy: 1e-9 + 1e-9 * Double(all.count), "\(stage)")
        }
    }

    func testThreadsThatLoadAreThere() throws {
        let path = "\(directory)/data.h5"
        try python(
            """
            with h5py.File(sys.argv[1], 'w') as f:
                for split, rows in ('train', 4000), ('validation', 1000):
                    x = np.random.RandomState(1).randint(0, 256, (rows, 50)).astype('u1')
                    f.create_dataset('x_' + split, data=x, chunks=(100, 50), compression=1)
                    f['y_' + split] = np.arange(rows) % 3
            """, path)
        var streamed = configuration
        streamed.dataset = DatasetDescription(path: path)
        streamed.shuffle = .blocks(block: 100, window: 200)
        streamed.batchSize = 100
        let (run, spans) = try train(streamed, loading: LoadingOptions(memory: 200_000, threads: 2))
        XCTAssertEqual(run.trainer.dataset[.train]?.count, 4_000)
        let loading = spans.filter { $0.key.hasPrefix("loading ") }.values.flatMap { $0 }
        XCTAssertEqual(Set(loading.map(\.name)), ["read and decode"])
        XCTAssertGreaterThan(loading.reduce(0) { $0 + ($1.arguments["rows"] ?? 0) }, 4_000)
    }
}

/// Tells two recorders the same.
private final class Both: SpanRecorder {
    private let (first, second): (any SpanRecorder, any SpanRecorder)

    init(_ first: any SpanRecorder, _ second: any SpanRecorder) { (self.first, self.second) = (first, second) }

    func record(_ stage: StepPhase, operation: Int?, worker: Int, start: UInt64, end: UInt64) {
        first.record(stage, operation: operation, worker: worker, start: start, end: end)
        second.record(stage, operation: operation, worker: worker, start: start, end: end)
    }
}
