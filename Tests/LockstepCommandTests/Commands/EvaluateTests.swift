import Foundation
import TestSupport
import Training
import XCTest

final class EvaluateTests: CommandTestCase {
    func testJSONIsOneObjectWithTheMetricsOfTheSplit() throws {
        let checkpoint = try newestCheckpoint(of: trainSmall())
        let outcome = try lockstep("evaluate", checkpoint, "--json")

        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(outcome.lines.count, 1)
        let report = try JSONDecoder().decode(EvaluationReport.self, from: Data(outcome.output.utf8))
        XCTAssertEqual(report.split, "test")
        XCTAssertEqual(report.samples, 25)
        XCTAssertEqual(report.confusionMatrix?.joined().reduce(0, +), 25)
    }

    func testItFindsTheMetricsThatTrainingFound() throws {
        try write(Self.small, to: "small.yaml")
        let training = try lockstep("train", "small.yaml", "--run", "run")
        let best = "run/checkpoints/best.h5"

        // What train says of the test split has whose it is behind it.
        for (split, checkpoint) in [("test", best), ("validation", try newestCheckpoint(of: "run"))] {
            let outcome = try lockstep("evaluate", checkpoint, "--split", split)
            for metric in ["\(split) loss", "\(split) accuracy"] {
                let found = try XCTUnwrap(outcome.result(metric))
                let told = try XCTUnwrap(training.result(metric))
                XCTAssertEqual(told.components(separatedBy: " (").first, found, metric)
            }
        }
    }

    func testTheConfusionMatrixShowsClassNames() throws {
        try TestData.write(path("data.h5")) { try $0.root.attributes.set("class_names", ["oak", "elm", "fir"]) }
        try write("dataset: data.h5\nnetwork: [{linear: 3}]\nepochs: 1\n", to: "config.yaml")
        try lockstep("train", "config.yaml", "--run", "run")
        let lines = try lockstep("evaluate", newestCheckpoint(of: "run")).lines

        let header = try XCTUnwrap(lines.first { $0.contains("recall") })
        XCTAssertEqual(header.split(separator: " "), ["oak", "elm", "fir", "recall"])
        XCTAssertEqual(lines.suffix(3).map { $0.prefix(3) }, ["oak", "elm", "fir"])
    }

    func testRegressionHasMetricsOfItsOwn() throws {
        try TestData.writeRegression(path("data.h5"))
        try write(
            "dataset: data.h5\nnetwork: [{linear: 1}]\nloss: meanSquaredError\nepochs: 1\n", to: "config.yaml")
        XCTAssertEqual(try lockstep("train", "config.yaml", "--run", "run").status, 0)
        let outcome = try lockstep("evaluate", newestCheckpoint(of: "run"))

        for metric in ["test loss", "test RMSE", "test MAE", "test R²"] {
            XCTAssertNotNil(outcome.result(metric), "\(metric) is missing in: \(outcome.output)")
        }
        XCTAssertNil(outcome.result("test accuracy"))
    }

    func testManyClassesTakeMemoryByTheirNumberAndNotByItsSquare() throws {
        // A matrix of 16,000 classes has two gigabytes, and its JSON half of one. The label of row i is i.
        try python(
            """
            with h5py.File(sys.argv[1], 'w') as f:
                rows = np.arange(16000)
                x = np.stack([np.sin(rows * k) for k in (0.1, 0.7, 1.3, 2.1)], 1).astype('f4')
                for split in ('train', 'validation', 'test'):
                    f['x_' + split], f['y_' + split] = x, rows
            """, path("many.h5"))
        try write(
            "dataset: many.h5\nnetwork: [{linear: 16000}]\noptimizer: {sgd: {learningRate: 0.1}}\nbatchSize: 1000\n"
                + "epochs: 1\n", to: "many.yaml")
        func peakMebibytes(_ arguments: String) throws -> Int {
            let script = """
                import resource, subprocess
                subprocess.run(sys.argv[1].split(), check=True, stdout=open(sys.argv[2], 'w'))
                print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
                """
            let program = "\(Self.program) \(arguments)"
            return try XCTUnwrap(Int(try python(script, program, path("output"))))
        }
        let run = path("run")
        let training = try peakMebibytes("train \(path("many.yaml")) --dataset \(path("many.h5")) --run \(run) --quiet")
        let evaluation = try peakMebibytes("evaluate \(path(newestCheckpoint(of: "run"))) --json")
        // Measured in a release build: see the commit. Sanitizers take several times as much.
        for found in [training, evaluation] { XCTAssertLessThan(found, 500) }

        let report = try JSONDecoder().decode(
            EvaluationReport.self, from: Data(contentsOf: URL(fileURLWithPath: path("output"))))
        let counts = try XCTUnwrap(report.confusionCounts)
        XCTAssertNil(report.confusionMatrix)
        XCTAssertEqual(counts.count, 16_000)
        XCTAssertEqual(counts.map(\.label), Array(0..<16_000))
        XCTAssertTrue(counts.allSatisfy { $0.count == 1 })
        XCTAssertEqual(Double(counts.filter { $0.label == $0.predicted }.count) / 16_000, report.accuracy)
    }

    func testTheMostFrequentConfusionsOfManyClassesAreShown() throws {
        try TestData.write(path("data.h5"), rows: ["train": 63, "test": 63], classes: 21)
        try write("dataset: data.h5\nnetwork: [flatten, {linear: 21}]\nepochs: 1\n", to: "config.yaml")
        XCTAssertEqual(try lockstep("train", "config.yaml", "--run", "run").status, 0)
        let checkpoint = try newestCheckpoint(of: "run")
        let text = try lockstep("evaluate", checkpoint)
        let report = try JSONDecoder().decode(
            EvaluationReport.self, from: Data(try lockstep("evaluate", checkpoint, "--json").output.utf8))
        let wrong = try XCTUnwrap(report.confusions).filter { $0.label != $0.predicted }
        let header = try XCTUnwrap(text.lines.firstIndex { $0.hasPrefix("right class") }, text.output)
        let shown = text.lines[(header + 1)...].map { $0.split(separator: " ").map(String.init) }
        XCTAssertEqual(shown.count, min(20, wrong.count))
        XCTAssertEqual(shown.map { Int($0[2]) }, wrong.map(\.count).sorted(by: >).prefix(20).map { Optional($0) })
        for line in shown {
            let count = try XCTUnwrap(wrong.first { "\($0.label)" == line[0] && "\($0.predicted)" == line[1] })
            // Three rows of each class.
            XCTAssertEqual(line[3], ["33.33%", "66.67%", "100.00%"][count.count - 1])
        }
    }

    func testSeveralOutputsHaveAnRSquaredEach() throws {
        for (name, width) in [("two", 2), ("many", 23)] {
            try withNewFile(path("\(name).h5")) { file in
                for split in ["train", "validation", "test"] {
                    let inputs: [Float] = (0..<60).map { Float($0 * 37 % 101) / 101 }
                    try file.root.write("x_\(split)", inputs, shape: [20, 3])
                    // The last never varies.
                    var targets: [Float] = []
                    for row in 0..<20 {
                        for output in 1..<width { targets.append(inputs[row * 3] * Float(output)) }
                        targets.append(3)
                    }
                    try file.root.write("y_\(split)", targets, shape: [20, width])
                }
            }
            try write(
                "dataset: \(name).h5\nnetwork: [{linear: \(width)}]\nloss: meanSquaredError\nepochs: 1\n",
                to: "\(name).yaml")
            let training = try lockstep("train", "\(name).yaml", "--run", name)
            XCTAssertEqual(training.status, 0, training.errors)
            XCTAssertNotNil(training.result("validation R², weighted by variance"), training.output)
            let text = try lockstep("evaluate", newestCheckpoint(of: name))
            let report = try JSONDecoder().decode(
                EvaluationReport.self,
                from: Data(try lockstep("evaluate", newestCheckpoint(of: name), "--json").output.utf8))
            let outputs = try XCTUnwrap(report.rSquaredByOutput)
            XCTAssertEqual(outputs.count, width)
            XCTAssertNil(outputs[width - 1])
            let shown = text.lines.filter { $0.hasPrefix("test R² of output ") }
            XCTAssertEqual(shown.count, min(width, 20))
            XCTAssertEqual(text.result("test R², median output") != nil, width > 20)
            if width == 2 {
                XCTAssertEqual(text.result("test R² of output 1"), "none: its targets do not vary")
            } else {
                let least = try XCTUnwrap(outputs.firstIndex(of: report.leastRSquared))
                XCTAssertTrue(shown[0].hasPrefix("test R² of output \(least) "), shown[0])
            }
        }
    }

    func testOutputsAreCalledWhatTheDataSetCallsThem() throws {
        try python(
            """
            r = np.random.default_rng(1); x = r.normal(size=(60, 3)).astype('f4')
            with h5py.File(sys.argv[1], 'w') as f:
                for split, rows in [('train', slice(0, 40)), ('validation', slice(40, 50)), ('test', slice(50, 60))]:
                    f['x_' + split], f['y_' + split] = x[rows], np.stack([x[rows, 0], r.normal(size=40)[:len(x[rows])]], 1)
                    f['y_' + split].attrs['target_names'] = ['depth', 'noise\\x1b']
            """, path("a.h5"))
        try write("dataset: a.h5\nnetwork: [{linear: 2}]\nloss: meanSquaredError\nepochs: 2\n", to: "a.yaml")
        let training = try lockstep("train", "a.yaml", "--run", "run")
        XCTAssertEqual(training.status, 0, training.errors)
        XCTAssertNotNil(training.result("validation R² of output 0 (depth)"), training.output)
        XCTAssertTrue(training.errors.contains("least R²  of output"), training.errors)
        XCTAssertTrue(training.errors.contains("  depth") || training.errors.contains("  noise"), training.errors)
        let checkpoint = try newestCheckpoint(of: "run")
        let text = try lockstep("evaluate", checkpoint)
        XCTAssertNotNil(text.result("test R² of output 0 (depth)"), text.output)
        XCTAssertFalse(text.output.contains("\u{1b}"))
        let report = try JSONDecoder().decode(
            EvaluationReport.self, from: Data(try lockstep("evaluate", checkpoint, "--json").output.utf8))
        XCTAssertEqual(report.targetNames, ["depth", "noise\u{1b}"])
        XCTAssertEqual(report.rSquaredByOutput?.count, 2)
        XCTAssertEqual(report.leastOutput.flatMap { report.rSquaredByOutput?[$0] }, report.leastRSquared)
    }

    func testAnotherDataSetOfTheSameFormWillDo() throws {
        let checkpoint = try newestCheckpoint(of: trainSmall())
        try TestData.write(path("other.h5"), rows: ["test": 12], features: [6, 2])
        let outcome = try lockstep("evaluate", checkpoint, "--dataset", "other.h5")
        XCTAssertEqual(outcome.result("samples"), "12", outcome.errors)
    }

    func testADataSetOfAnotherFormIsRefused() throws {
        let checkpoint = try newestCheckpoint(of: trainSmall())
        try TestData.write(path("other.h5"), rows: ["test": 12], features: [5])
        assertFails(try lockstep("evaluate", checkpoint, "--dataset", "other.h5"), "other.h5", "[6, 2]", "[5]")
    }

    func testASplitThatIsMissingIsNamedWithThoseThatAreThere() throws {
        let checkpoint = try newestCheckpoint(of: trainSmall())
        try TestData.write(path("other.h5"), rows: ["train": 12], features: [6, 2])
        assertFails(
            try lockstep("evaluate", checkpoint, "--dataset", "other.h5"), "other.h5", "test split",
            "train (12 samples)")
    }
}
