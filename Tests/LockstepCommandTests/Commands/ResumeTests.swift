import Foundation
import Kernels
import TestSupport
import XCTest

final class ResumeTests: CommandTestCase {
    func testARunStoppedInsideAnEpochEndsWithTheBitsOfOneThatWasNot() throws {
        let whole = try fingerprint(of: newestCheckpoint(of: trainSmall("whole", arguments: "--workers", "1")))
        for (step, workers) in [("1", "3"), ("7", "auto"), ("10", "5"), ("14", "16")] {
            let run = try trainSmall("stopped-\(step)", arguments: "--workers", "2", "--steps", step)
            XCTAssertNotEqual(try fingerprint(of: newestCheckpoint(of: run)), whole)
            let outcome = try lockstep("resume", run, "--workers", workers, "--quiet")
            XCTAssertEqual(outcome.status, 0, outcome.errors)
            XCTAssertEqual(outcome.result("steps"), "15, all of 3 epochs")
            XCTAssertEqual(try fingerprint(of: newestCheckpoint(of: run)), whole, "stopped at \(step)")
        }
    }

    func testEveryInstructionSetContinuesEveryOthersRunWithTheSameBits() throws {
        let sets = availableKernels().map { $0.name }
        XCTAssertTrue(sets.contains("portable"), "\(sets)")
        let whole = try fingerprint(of: newestCheckpoint(of: trainSmall("whole")))
        for (index, first) in sets.enumerated() {
            let second = sets[(index + 1) % sets.count]
            try write(Self.small, to: "small.yaml")
            let started = try lockstep(
                "train", "small.yaml", "--run", first, "--steps", "8", "--quiet",
                environment: ["LOCKSTEP_INSTRUCTION_SET": first])
            XCTAssertEqual(started.status, 0, started.errors)
            let ended = try lockstep("resume", first, environment: ["LOCKSTEP_INSTRUCTION_SET": second])
            XCTAssertEqual(ended.status, 0, ended.errors)
            XCTAssertTrue(ended.errors.contains(", \(second)\n"), ended.errors)
            XCTAssertEqual(try fingerprint(of: newestCheckpoint(of: first)), whole, "\(first), then \(second)")
        }
    }

    func testASignalStopsAfterTheStepAndLeavesACheckpointToResumeFrom() throws {
        let long = Self.small.replacingOccurrences(of: "epochs: 3", with: "epochs: 100000")
        try write(long, to: "long.yaml")
        let outcome = try shell(
            """
            $lockstep train long.yaml --run run --quiet & program=$!
            until [ -e run/checkpoints/step-00000005.h5 ]; do kill -0 $program || exit 99; sleep 0.02; done
            kill -TERM $program; kill -TERM $program 2> /dev/null; wait $program
            """)
        let newest = try newestCheckpoint(of: "run")
        let step = try XCTUnwrap(Int(newest.suffix(11).prefix(8)))

        assertFails(outcome, status: 128 + SIGTERM, "stopped by SIGTERM after step", "`lockstep resume run`")
        try write(long, to: "long.yaml")
        let whole = try lockstep("train", "long.yaml", "--run", "whole", "--steps", "\(step + 3)", "--quiet")
        XCTAssertEqual(whole.status, 0, whole.errors)
        try lockstep("resume", "run", "--steps", "\(step + 3)")
        XCTAssertEqual(
            try fingerprint(of: newestCheckpoint(of: "run")), try fingerprint(of: newestCheckpoint(of: "whole")))
    }

    func testAClosedTerminalStopsARunWithACheckpointAndALineInItsLog() throws {
        try write(Self.small.replacingOccurrences(of: "epochs: 3", with: "epochs: 100000"), to: "long.yaml")
        let outcome = try shell(
            """
            $lockstep train long.yaml --run run --quiet 2> /dev/full & program=$!
            until [ -e run/checkpoints/step-00000005.h5 ]; do kill -0 $program || exit 99; sleep 0.02; done
            kill -HUP $program; kill -HUP $program 2> /dev/null; wait $program
            """)
        XCTAssertEqual(outcome.status, 128 + SIGHUP)
        let step = try XCTUnwrap(Int(newestCheckpoint(of: "run").suffix(11).prefix(8)))
        let log = try String(contentsOfFile: path("run/log.txt"), encoding: .utf8)
        XCTAssertTrue(log.contains("stopped by SIGHUP after step \(step)"), log)
        XCTAssertEqual(try lockstep("resume", "run", "--steps", "\(step + 2)").status, 0)
    }

    func testNohupKeepsARunGoing() throws {
        try write(Self.small.replacingOccurrences(of: "epochs: 3", with: "epochs: 40"), to: "long.yaml")
        let outcome = try shell(
            """
            nohup $lockstep train long.yaml --run run --quiet & program=$!
            until [ -e run ]; do kill -0 $program || exit 99; sleep 0.02; done
            kill -HUP $program; wait $program
            """)
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(try newestCheckpoint(of: "run"), "run/checkpoints/step-00000200.h5")
    }

    func testTwoProcessesDoNotTrainInOneRun() throws {
        try write(Self.small.replacingOccurrences(of: "epochs: 3", with: "epochs: 100000"), to: "long.yaml")
        let outcome = try shell(
            """
            $lockstep train long.yaml --run run --quiet 2> /dev/null & program=$!
            until [ -e run/checkpoints/step-00000005.h5 ]; do kill -0 $program || exit 99; sleep 0.02; done
            $lockstep resume run --quiet; status=$?
            $lockstep evaluate run/checkpoints/best.h5 > /dev/null || status=reading
            kill -KILL $program; wait $program 2> /dev/null
            exit $status
            """)
        XCTAssertEqual(outcome.status, 1, outcome.errors)
        XCTAssertTrue(outcome.errors.contains("run: process "), outcome.errors)
        XCTAssertTrue(outcome.errors.contains("is training in it"), outcome.errors)
        // The lock died with its owner.
        let step = try XCTUnwrap(Int(newestCheckpoint(of: "run").suffix(11).prefix(8)))
        XCTAssertEqual(try lockstep("resume", "run", "--steps", "\(step + 1)").status, 0)
    }

    func testTheSameDataInAnotherFileIsAccepted() throws {
        try TestData.write(path("data.h5"))
        try write("dataset: data.h5\nnetwork: [{linear: 3}]\nepochs: 2\n", to: "config.yaml")
        XCTAssertEqual(try lockstep("train", "config.yaml", "--run", "run", "--steps", "1").status, 0)
        XCTAssertEqual(
            try lockstep("convert", "data.h5", "--output", "other.h5", "--chunk", "4", "--compress", "6").status, 0)
        try FileManager.default.removeItem(atPath: path("data.h5"))
        assertFails(try lockstep("resume", "run"), "data.h5", "no such file")
        let outcome = try lockstep("resume", "run", "--dataset", "other.h5")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
    }

    func testStepsAndEpochsAreTotals() throws {
        let run = try trainSmall(arguments: "--steps", "4")
        XCTAssertEqual(try lockstep("resume", run, "--steps", "9").result("steps"), "9 of 15, to be continued")
        XCTAssertEqual(try lockstep("resume", run, "--epochs", "4").result("steps"), "20, all of 4 epochs")
        let resolved = try String(contentsOfFile: path("run/config.yaml"), encoding: .utf8)
        XCTAssertTrue(resolved.contains("\nepochs: 4\n"), resolved)
    }

    func testARunThatIsCompleteSaysHowToContinue() throws {
        let run = try trainSmall()
        let before = try files(in: run + "/checkpoints")
        let outcome = try lockstep("resume", run)

        XCTAssertEqual(outcome.status, 0)
        XCTAssertTrue(outcome.errors.contains("all 3 epochs are trained already: --epochs"), outcome.errors)
        XCTAssertEqual(try files(in: run + "/checkpoints"), before)
    }

    // MARK: What is said of the learning rate and of ends

    func testAJumpOfTheLearningRateIsSaidWithBothRates() throws {
        let run = try trainSmall()
        let outcome = try lockstep("resume", run, "--epochs", "6", "--quiet")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        // 0.01 · (1 + cos(π · 11/12)) / 2, and the same of 12/27.
        XCTAssertTrue(
            outcome.errors.contains(
                "the learning rate goes from 0.0001704 in step 15 to 0.005868 in step 16: schedule cosine now ends after "
                    + "6 epochs, no longer after 3"), outcome.errors)
    }

    func testALearningRateThatGoesOnIsNotMentioned() throws {
        for (name, schedule) in [("step", "{step: {everyEpochs: 3}}"), ("constant", "constant")] {
            try write(
                Self.small.replacingOccurrences(of: "{cosine: {warmupSteps: 3}}", with: schedule), to: "\(name).yaml")
            try lockstep("train", "\(name).yaml", "--run", name, "--quiet")
            let outcome = try lockstep("resume", name, "--epochs", "6", "--quiet")
            XCTAssertEqual(outcome.status, 0)
            XCTAssertFalse(outcome.errors.contains("learning rate"), outcome.errors)
        }
        let run = try trainSmall(arguments: "--steps", "7")
        XCTAssertFalse(try lockstep("resume", run).errors.contains("learning rate"))
    }

    func testABranchSaysHowTheLearningRateGoesOn() throws {
        let start = try newestCheckpoint(of: trainSmall(arguments: "--steps", "10"))
        let other = Self.small.replacingOccurrences(of: "{cosine: {warmupSteps: 3}}", with: "constant")
        try write(other, to: "other.yaml")
        let outcome = try lockstep("train", "other.yaml", "--from", start, "--run", "branch", "--quiet")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        // 0.01 · (1 + cos(π · 6/12)) / 2
        XCTAssertTrue(
            outcome.errors.contains("goes from 0.005 in step 10 to 0.01 in step 11: the configuration is another one"),
            outcome.errors)
        let same = try lockstep("train", "--from", start, "--batch-size", "35", "--run", "larger", "--quiet")
        XCTAssertFalse(same.errors.contains("learning rate"), same.errors)
    }

    func testAResumeAfterEarlyStoppingSaysWhyItEndsAndTheCommandThatGoesOnWorks() throws {
        let long = Self.small.replacingOccurrences(of: "epochs: 3", with: "epochs: 50")
        try write(long + "\nearlyStopping: {patience: 1, minimumImprovement: 100}", to: "config.yaml")
        for arguments in [["train", "config.yaml", "--run", "run"], ["resume", "run", "--epochs", "60"]] {
            let outcome = try shell("$lockstep \(arguments.joined(separator: " ")) --quiet")
            XCTAssertEqual(outcome.result("steps")?.hasPrefix("10 of "), true, outcome.output)
            XCTAssertTrue(outcome.errors.contains("early stopping ended the run after epoch 2"), outcome.errors)
            XCTAssertTrue(outcome.errors.contains("by more than 100.0 for 1 of 1 epochs of patience"), outcome.errors)
            let command = try XCTUnwrap(
                outcome.errors.split(separator: "`").first { $0.hasPrefix("lockstep train --from") })
            let next = try shell(command.replacingOccurrences(of: "lockstep train", with: "$lockstep train --quiet"))
            XCTAssertEqual(next.status, 0, next.errors)
            // It waits two epochs anew.
            XCTAssertEqual(next.result("steps")?.hasPrefix("20 of "), true, next.output)
        }
        XCTAssertTrue(
            try String(contentsOfFile: path("run/log.txt"), encoding: .utf8).contains("early stopping ended the run"))
    }

    func testProgressSaysWhereTheRunContinues() throws {
        let run = try trainSmall(arguments: "--steps", "7")
        XCTAssertTrue(try lockstep("resume", run).errors.contains("continuing  after step 7 of 15"))
    }

    func testADamagedCheckpointIsPassedOverWithAWarning() throws {
        let whole = try fingerprint(of: newestCheckpoint(of: trainSmall("whole")))
        let run = try trainSmall()
        let newest = try newestCheckpoint(of: run)
        try python(
            "file = h5py.File(sys.argv[1], 'r+'); file['parameters/linear1/bias'][0] = 7.0; file.close()",
            path(newest))
        let outcome = try lockstep("resume", run, "--quiet")

        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertTrue(outcome.errors.contains(newest), outcome.errors)
        XCTAssertEqual(try fingerprint(of: newest), whole)
    }

    func testMetricsOfAStoppedRunAreThoseOfOneThatWasNot() throws {
        func metrics(_ run: String) throws -> [String] {
            let text = try String(contentsOfFile: path(run + "/metrics.csv"), encoding: .utf8)
            // Without the last two columns, which are times.
            return text.split(separator: "\n").map { $0.split(separator: ",").dropLast(2).joined(separator: ",") }
        }
        let whole = try trainSmall("whole")
        let stopped = try trainSmall("stopped", arguments: "--steps", "7")
        try lockstep("resume", stopped)
        XCTAssertEqual(try metrics(stopped), try metrics(whole))
    }

    func testWhatIsNoRunIsRefused() throws {
        assertFails(try lockstep("resume", "nowhere"), "nowhere", "no such directory", "lockstep train")
        try FileManager.default.createDirectory(atPath: path("empty"), withIntermediateDirectories: true)
        assertFails(try lockstep("resume", "empty"), "empty", "not a run", "checkpoints")
    }

    func testOtherDataIsRefused() throws {
        try TestData.write(path("data.h5"))
        try write("dataset: data.h5\nnetwork: [{linear: 3}]\nepochs: 2\n", to: "config.yaml")
        XCTAssertEqual(try lockstep("train", "config.yaml", "--run", "run", "--steps", "1").status, 0)
        try FileManager.default.removeItem(atPath: path("data.h5"))
        try TestData.write(path("data.h5"), rows: ["train": 31])
        assertFails(try lockstep("resume", "run"), "run/checkpoints/step-00000001.h5", "data.h5", "digest", "same data")
    }
}
