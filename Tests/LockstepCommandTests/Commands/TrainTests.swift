import Foundation
import TestSupport
import XCTest

final class TrainTests: CommandTestCase {
    func testWithoutArgumentsItLearnsTheDigitsFromAnyDirectory() throws {
        let outcome = try lockstep("train", "--quiet")

        XCTAssertEqual(outcome.status, 0, outcome.errors)
        let accuracy = try XCTUnwrap(outcome.result("test accuracy").flatMap { Double($0.prefix { $0 != "%" }) })
        XCTAssertGreaterThanOrEqual(accuracy, 97)
        XCTAssertEqual(outcome.result("run"), "runs/digits-1")
        XCTAssertEqual(
            try files(in: "runs/digits-1"), ["checkpoints", "config.yaml", "lock", "log.txt", "metrics.csv"])
        // The bits themselves. A change of them is a change of the format, and of the README.
        let fingerprint = try fingerprint(of: newestCheckpoint(of: "runs/digits-1"))
        XCTAssertTrue(
            try String(contentsOfFile: Self.sources + "/README.md", encoding: .utf8).contains(fingerprint),
            "the README has another fingerprint than \(fingerprint)")
    }

    func testARunMayHaveANameOfOneCharacterOrASlashAtItsEnd() throws {
        try write(Self.small, to: "small.yaml")
        XCTAssertEqual(try lockstep("train", "small.yaml", "--run", "r", "--steps", "1").result("run"), "r")
        XCTAssertEqual(try lockstep("resume", "r/").result("checkpoint"), "r/checkpoints/step-00000015.h5")
        XCTAssertEqual(try lockstep("train", "small.yaml", "--run", "a/b/").result("run"), "a/b")
    }

    func testWithoutTheSourcesItSaysWhatToDo() throws {
        try FileManager.default.copyItem(atPath: Self.program, toPath: path("alone"))
        assertFails(
            try shell("./alone train"), "datasets/digits.yaml", "no such file", "lockstep train CONFIG.yaml")
        XCTAssertEqual(try files(), ["alone"])
    }

    func testResultsGoToStandardOutputAndProgressToStandardError() throws {
        try write(Self.small, to: "small.yaml")
        let outcome = try lockstep("train", "small.yaml", "--run", "run")

        XCTAssertEqual(outcome.status, 0)
        XCTAssertEqual(outcome.result("run"), "run")
        XCTAssertEqual(outcome.result("steps"), "15, all of 3 epochs")
        XCTAssertEqual(outcome.result("checkpoint"), "run/checkpoints/step-00000015.h5")
        XCTAssertNotNil(outcome.result("validation accuracy"))
        XCTAssertNotNil(outcome.result("test loss"))
        XCTAssertTrue(try XCTUnwrap(outcome.result("best checkpoint")).hasPrefix("run/checkpoints/best.h5 (epoch "))
        XCTAssertFalse(outcome.output.contains("samples/s"))
        XCTAssertTrue(outcome.errors.contains("peak memory"))
    }

    /// `metric value (whose)`, for the best checkpoint and the last step, as `evaluate` has them.
    func testTestMetricsAreThoseOfTheBestCheckpointAndOfTheLastStepAndSaySo() throws {
        try write(
            Self.small.replacingOccurrences(of: "learningRate: 0.01", with: "learningRate: 0.2")
                .replacingOccurrences(of: "epochs: 3", with: "epochs: 30")
                + "\nearlyStopping: {patience: 3}", to: "early.yaml")
        for (name, arguments) in [("run", ""), ("averaged", "movingAverage: 0.9")] {
            try write(
                String(contentsOfFile: path("early.yaml"), encoding: .utf8) + "\n\(arguments)", to: "\(name).yaml")
            let outcome = try lockstep("train", "\(name).yaml", "--run", name, "--quiet")
            XCTAssertEqual(outcome.status, 0, outcome.errors)
            let epoch = try XCTUnwrap(outcome.result("best checkpoint")).filter(\.isNumber).dropFirst()
            func metric(_ checkpoint: String, _ metric: String) throws -> String {
                try XCTUnwrap(lockstep("evaluate", checkpoint).result(metric))
            }
            for name in ["test loss", "test accuracy"] {
                let found = outcome.lines.filter { $0.hasPrefix(name + " ") }.map {
                    $0.dropFirst(name.count).trimmingCharacters(in: .whitespaces)
                }
                let run = try XCTUnwrap(outcome.result("run"))
                XCTAssertEqual(
                    found,
                    [
                        try metric("\(run)/checkpoints/best.h5", name) + " (best checkpoint, epoch \(epoch))",
                        try metric(newestCheckpoint(of: run), name) + " (last step)",
                    ])
            }
        }
    }

    func testWithoutABestCheckpointTestMetricsAreThoseOfTheLastStep() throws {
        try write(Self.small.replacingOccurrences(of: ", validation: 20", with: ""), to: "plain.yaml")
        let outcome = try lockstep("train", "plain.yaml", "--run", "run", "--quiet")
        XCTAssertEqual(
            outcome.lines.filter { $0.hasPrefix("test ") }.map { $0.hasSuffix("% (last step)") }, [false, true])
        XCTAssertEqual(outcome.lines.filter { $0.hasSuffix(" (last step)") }.count, 2)
        try write(Self.small, to: "small.yaml")
        let stopped = try lockstep("train", "small.yaml", "--run", "stopped", "--steps", "3", "--quiet")
        XCTAssertTrue(try XCTUnwrap(stopped.result("test loss")).hasSuffix(" (last step)"))
    }

    func testAnEpochIsALineWhereStandardErrorIsNoTerminal() throws {
        try write(Self.small, to: "small.yaml")
        let outcome = try lockstep("train", "small.yaml", "--run", "run")

        let lines = outcome.errors.split(separator: "\n")
        let titles = try XCTUnwrap(lines.firstIndex { $0.hasPrefix("epoch ") }, outcome.errors)
        let epochs = lines[(titles + 1)...].prefix(3).map { $0.split(separator: " ").prefix(2) }
        XCTAssertEqual(epochs, [["1/3", "5"], ["2/3", "10"], ["3/3", "15"]], outcome.errors)
        XCTAssertFalse(outcome.errors.contains("\r"))
        XCTAssertFalse(outcome.errors.contains("\u{1B}"))
    }

    func testQuietShowsNothingButResults() throws {
        try write(Self.small, to: "small.yaml")
        let outcome = try lockstep("train", "small.yaml", "--run", "run", "--quiet")

        XCTAssertEqual(outcome.errors, "")
        XCTAssertNotNil(outcome.result("test accuracy"))
    }

    func testOptionsTakePrecedenceOverTheConfiguration() throws {
        _ = try trainSmall(
            arguments: "--epochs", "2", "--batch-size", "20", "--shards", "2", "--seed", "9", "--checkpoint-every", "3",
            "--workers", "1")

        let resolved = try String(contentsOfFile: path("run/config.yaml"), encoding: .utf8)
        for line in ["epochs: 2", "batchSize: 20", "shards: 2", "seed: 9", "checkpointEvery: 3"] {
            XCTAssertTrue(resolved.contains("\n\(line)\n"), "\(line) is missing in: \(resolved)")
        }
        XCTAssertEqual(try files(in: "run/checkpoints").last, "step-00000008.h5")
    }

    func testDatasetReplacesTheConfigurations() throws {
        try write(Self.small, to: "small.yaml")
        try TestData.write(path("mine.h5"), rows: ["train": 30, "test": 10], features: [6, 2], classes: 3)
        let outcome = try lockstep("train", "small.yaml", "--dataset", "mine.h5", "--run", "run")

        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(outcome.result("steps"), "6, all of 3 epochs")
        XCTAssertTrue(outcome.errors.contains("mine.h5, 30 training samples"))
    }

    func testStepsStopInsideAnEpochAndLeaveACheckpoint() throws {
        try write(Self.small, to: "small.yaml")
        let outcome = try lockstep("train", "small.yaml", "--run", "run", "--steps", "7")

        XCTAssertEqual(outcome.result("steps"), "7 of 15, to be continued")
        XCTAssertEqual(outcome.result("checkpoint"), "run/checkpoints/step-00000007.h5")
        XCTAssertTrue(try XCTUnwrap(outcome.result("training loss")).hasSuffix(" (epoch 1)"))
    }

    func testNoStepsLeaveTheInitialParameters() throws {
        try write(Self.small, to: "small.yaml")
        let outcome = try lockstep("train", "small.yaml", "--run", "run", "--steps", "0", "--quiet")

        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(outcome.errors, "")
        XCTAssertEqual(outcome.result("steps"), "0 of 15, to be continued")
        XCTAssertEqual(outcome.result("checkpoint"), "run/checkpoints/step-00000000.h5")
        let resumed = try lockstep("resume", "run", "--steps", "0", "--quiet")
        XCTAssertEqual(resumed.status, 0, resumed.errors)
        XCTAssertEqual(try files(in: "run/checkpoints"), ["step-00000000.h5"])
        try lockstep("resume", "run")
        XCTAssertEqual(
            try fingerprint(of: newestCheckpoint(of: "run")),
            try fingerprint(of: newestCheckpoint(of: trainSmall("whole"))))
        assertFails(
            try lockstep("train", "small.yaml", "--steps=-1"), status: 64, "--steps: expected 0 or more, found -1")
    }

    func testStepsBeyondTheLastEpochAreSaidToBe() throws {
        try write(Self.small, to: "small.yaml")
        let outcome = try lockstep("train", "small.yaml", "--run", "run", "--steps", "99", "--quiet")

        XCTAssertEqual(outcome.status, 0)
        XCTAssertEqual(outcome.result("steps"), "15, all of 3 epochs")
        XCTAssertTrue(outcome.errors.contains("ends after 3 epochs at step 15, before the 99 of --steps"))
    }

    func testWithoutANameARunGetsTheNextFreeOne() throws {
        try write(Self.small, to: "small.yaml")
        let first = try XCTUnwrap(try lockstep("train", "small.yaml", "--quiet").result("run"))
        let second = try XCTUnwrap(try lockstep("train", "small.yaml", "--quiet").result("run"))

        XCTAssertTrue(first.hasPrefix("runs/") && first.hasSuffix("-1"), first)
        XCTAssertEqual(second, first.dropLast() + "2")
    }

    func testEarlyStoppingSaysSo() throws {
        let long = Self.small.replacingOccurrences(of: "epochs: 3", with: "epochs: 50")
        try write(long + "\nearlyStopping: {patience: 1, minimumImprovement: 100}", to: "config.yaml")
        let outcome = try lockstep("train", "config.yaml", "--run", "run", "--quiet")

        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(outcome.result("steps"), "10 of 250, no improvement any more")
    }

    func testABranchHasTheConfigurationOfItsCheckpointButForWhatIsSaid() throws {
        let run = try trainSmall(arguments: "--steps", "8")
        let start = try newestCheckpoint(of: run)
        let outcome = try lockstep("train", "--from", start, "--run", "branch", "--batch-size", "35", "--quiet")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        // 45 of 70 samples of the second epoch are done: one step for the others, two for the third.
        XCTAssertEqual(outcome.result("steps"), "11, all of 3 epochs")
        let same = try lockstep("train", "--from", start, "--run", "same", "--quiet")
        XCTAssertEqual(same.result("steps"), "15, all of 3 epochs")
        try lockstep("resume", run)
        XCTAssertEqual(
            try fingerprint(of: newestCheckpoint(of: "same")), try fingerprint(of: newestCheckpoint(of: run)))
    }

    func testParametersAloneAreTakenFromACheckpoint() throws {
        let start = try newestCheckpoint(of: trainSmall())
        let outcome = try lockstep("train", "small.yaml", "--initialize-from", start, "--run", "next", "--steps", "1")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(try fingerprint(of: "next/checkpoints/step-00000000.h5"), try fingerprint(of: start))
        assertFails(
            try lockstep("train", "--initialize-from", start, "--run", "digits"), "class_names",
            "expected at most as many classes as the network has: 0, 1, 2", "found 10")
        assertFails(
            try lockstep("train", "--from", start, "--initialize-from", start), status: 64,
            "expected one of them, found both")
    }

    func testWhatDataCannotTeachIsSaidAtTheStartAlone() throws {
        try python(
            """
            t = 1_700_000_000 + np.arange(60.)
            with h5py.File(sys.argv[1], 'w') as f:
                f['x_train'], f['y_train'] = np.stack([t, t % 7], 1), np.arange(60) % 2
                f['x_test'], f['y_test'] = f['x_train'][:9], np.full(9, 2)
            """, path("a.h5"))
        try write("{dataset: a.h5, network: [{linear: 3}], epochs: 2, batchSize: 20}", to: "a.yaml")
        let outcome = try lockstep("train", "a.yaml", "--run", "run", "--epochs", "1")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        for note in [
            "a.h5: y_train: 1 of 3 classes has no row to train on: 2 (rows: 9 in test)",
            "a.h5: x_train: column 0 has numbers that Float32 does not tell apart",
        ] {
            XCTAssertEqual(outcome.errors.components(separatedBy: note).count, 2, outcome.errors)
            XCTAssertTrue(try String(contentsOfFile: path("run/log.txt"), encoding: .utf8).contains(note))
        }
        let resumed = try lockstep("resume", "run", "--epochs", "2")
        XCTAssertEqual(resumed.status, 0, resumed.errors)
        XCTAssertFalse(resumed.errors.contains("no row to train on"), resumed.errors)
        try write(
            "{dataset: {path: a.h5, normalization: standardize}, network: [{linear: 3}], epochs: 1, batchSize: 20}",
            to: "a.yaml")
        XCTAssertFalse(try lockstep("train", "a.yaml", "--run", "other").errors.contains("tell apart"))
    }

    func testASignalBeforeTrainingLeavesNothing() throws {
        // Long enough to be caught while the data are made.
        try write(
            "dataset: {synthetic: {inputs: [784], classes: 10, samples: 3000000}}\nnetwork: [{linear: 10}]\n",
            to: "big.yaml")
        let outcome = try shell("timeout --signal=TERM 0.5 $lockstep train big.yaml --run run --quiet; exit $?")
        XCTAssertEqual(outcome.status, 124, outcome.errors)
        XCTAssertEqual(try files(), ["big.yaml"])
    }
}
