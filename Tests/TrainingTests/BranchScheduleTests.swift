import Checkpoints
import Foundation
import Kernels
import Networks
import Optimization
import RunSupport
import TestSupport
import XCTest

@testable import Training

/// Schedules of runs that went on with batches of another size: what is given in epochs follows the epochs that were
/// seen, what is given in steps the steps that were taken. Right values by hand.
final class BranchScheduleTests: RunTestCase {
    private func configuration(
        _ schedule: Schedule, batchSize: Int, epochs: Int, rows: Int = 160
    ) -> Configuration {
        Configuration(
            dataset: .synthetic(inputs: [4], classes: 2, samples: rows), network: Network { Linear(2) },
            optimizer: .sgd(.init(learningRate: 0.1)), schedule: schedule, batchSize: batchSize, shards: 2,
            epochs: epochs, keepCheckpoints: 1000)
    }

    /// Trains to a step, and returns the checkpoint.
    private func train(
        _ configuration: Configuration, to step: Int? = nil, from origin: String? = nil, _ name: String
    ) throws -> TrainingRun {
        let run = try TrainingRun(
            configuration, from: origin.map { .branch(checkpoint: $0) }, directory: path(name), workers: .exactly(1))
        _ = try run.train(steps: step)
        return run
    }

    private func checkpoint(_ run: TrainingRun) -> String {
        CheckpointStore(directory: run.directory.checkpointsPath).path(step: run.trainer.progress.step)
    }

    /// The rates of a run's epochs, of their last steps.
    private func rates(_ run: TrainingRun) throws -> [String: Double] {
        let lines = try String(contentsOfFile: run.directory.metricsPath, encoding: .utf8).split(separator: "\n")
        return Dictionary(
            uniqueKeysWithValues: lines.dropFirst().map { line in
                let fields = line.split(separator: ",", omittingEmptySubsequences: false)
                return (String(fields[0]), Double(fields[2])!)
            })
    }

    func testStepsFallAfterTheEpochsTheyNameWhateverTheBatchSize() throws {
        let schedule = Schedule(.step(everyEpochs: 5, factor: 0.1))
        let start = try train(configuration(schedule, batchSize: 8, epochs: 2, rows: 1257), "start")
        let branch = try train(
            configuration(schedule, batchSize: 64, epochs: 6, rows: 1257), from: checkpoint(start), "branch")
        let found = try rates(branch)
        for epoch in 3...5 { XCTAssertEqual(found["\(epoch)"]!, 0.1, "epoch \(epoch)") }
        XCTAssertEqual(found["6"]!, 0.01, accuracy: 1e-17)
    }

    func testAWarmUpInEpochsThatIsOverDoesNotBeginAgain() throws {
        let schedule = Schedule(warmupEpochs: 2)
        let start = try train(configuration(schedule, batchSize: 32, epochs: 3), "start")
        let branch = try train(configuration(schedule, batchSize: 8, epochs: 5), to: 20, from: checkpoint(start), "b")
        XCTAssertEqual(branch.trainer.learningRate(step: 15), 0.1)
        XCTAssertEqual(branch.trainer.learningRate, 0.1)
    }

    func testAWarmUpInEpochsGoesOnAtTheSamePlace() throws {
        let schedule = Schedule(warmupEpochs: 2)
        // Half an epoch of four: a quarter of the warm-up.
        let start = try train(configuration(schedule, batchSize: 8, epochs: 4), to: 10, "start")
        let branch = try train(configuration(schedule, batchSize: 20, epochs: 4), to: 10, from: checkpoint(start), "b")
        // Steps of 8 an epoch, 16 in the warm-up, of which 4 are over.
        for (step, share) in [(10, 5.0 / 16), (21, 1), (22, 1)] {
            XCTAssertEqual(branch.trainer.learningRate(step: step), 0.1 * share, accuracy: 1e-17, "step \(step)")
        }
    }

    func testADecayToTheEndOfTheRunGoesOnWhereTheEpochsAre() throws {
        // 20 steps an epoch, then 5: the warm-up has ended after half an epoch of ten.
        let decays: [(Schedule.Decay, (Double) -> Double)] = [
            (.linear(minimum: 0, decaySteps: nil), { 1 - $0 }),
            (.cosine(minimum: 0, decaySteps: nil), { (1 + cos(Double.pi * $0)) / 2 }),
            (.polynomial(power: 2, minimum: 0, decaySteps: nil), { (1 - $0) * (1 - $0) }),
        ]
        for (index, (decay, expected)) in decays.enumerated() {
            let schedule = Schedule(decay, warmupSteps: 10)
            let start = try train(configuration(schedule, batchSize: 8, epochs: 10), to: 40, "start-\(index)")
            let branch = try train(
                configuration(schedule, batchSize: 32, epochs: 10), to: 40, from: checkpoint(start), "b-\(index)")
            for step in 40..<80 {
                let epochs = 2 + Double(step - 40) / 5
                XCTAssertEqual(
                    branch.trainer.learningRate(step: step), 0.1 * expected((epochs - 0.5) / 9.5), accuracy: 1e-15,
                    "\(decay), step \(step)")
            }
            XCTAssertEqual(branch.trainer.totalSteps, 80)
        }
    }

    func testADecayInStepsCountsThoseThatWereTaken() throws {
        let schedule = Schedule(.linear(minimum: 0.02, decaySteps: 60), warmupEpochs: 1)
        let start = try train(configuration(schedule, batchSize: 8, epochs: 10), to: 40, "start")
        let branch = try train(configuration(schedule, batchSize: 32, epochs: 10), to: 40, from: checkpoint(start), "b")
        // The warm-up ended with step 20.
        for (step, rate) in [(40, 0.06), (50, 0.04), (60, 0.02), (79, 0.02)] {
            XCTAssertEqual(branch.trainer.learningRate(step: step), rate, accuracy: 1e-15, "step \(step)")
        }
    }

    func testOneCycleHasTheRateAndTheMomentumOfThePlaceInTheRun() throws {
        let schedule = Schedule(.oneCycle(rise: 0.3, startDivisor: 25, endDivisor: 1e4, momentum: .init()))
        var first = configuration(schedule, batchSize: 8, epochs: 10)
        first.optimizer = .sgd(.init(learningRate: 0.1, momentum: 0.9))
        var second = first
        second.batchSize = 32
        let start = try train(first, to: 40, "start")
        let branch = try train(second, to: 40, from: checkpoint(start), "branch")
        let alone = try train(second, to: 0, "alone").trainer
        for step in 40..<80 {
            XCTAssertEqual(branch.trainer.learningRate(step: step), alone.learningRate(step: step - 30))
            XCTAssertEqual(
                schedule.momentum(step: step, pace: branch.trainer.pace),
                schedule.momentum(step: step - 30, pace: alone.pace))
        }
    }

    func testBranchesOfBranchesAndResumesKeepTheWholePath() throws {
        let schedule = Schedule(.linear(minimum: 0, decaySteps: nil), warmupSteps: 10)
        let first = try train(configuration(schedule, batchSize: 8, epochs: 10), to: 27, "first")
        // In the middle of the second epoch, 104 of its samples are left: four batches of 32.
        let second = try train(configuration(schedule, batchSize: 32, epochs: 10), to: 36, from: checkpoint(first), "2")
        XCTAssertEqual(second.trainer.pace.place(of: 27), 6)
        let third = try train(configuration(schedule, batchSize: 16, epochs: 10), to: 36, from: checkpoint(second), "3")
        XCTAssertEqual(
            try Checkpoint.read(checkpoint(third)).progress.branches,
            [
                .init(step: 27, epoch: 1, samplesIntoEpoch: 56, batchSize: 8),
                .init(step: 36, epoch: 3, samplesIntoEpoch: 0, batchSize: 32),
            ])
        _ = try third.train(steps: 40)
        let resumed = try TrainingRun(resuming: third.directory.path, workers: .exactly(1))
        for step in 36..<46 {
            let epochs = 3 + Double(step - 36) / 10
            XCTAssertEqual(
                resumed.trainer.learningRate(step: step), 0.1 * (1 - (epochs - 0.5) / 9.5), accuracy: 1e-15, "\(step)")
        }
        let whole = try train(configuration(schedule, batchSize: 16, epochs: 10), from: checkpoint(second), "whole")
        _ = try resumed.train()
        XCTAssertNil(
            try Checkpoint.read(checkpoint(resumed)).difference(from: try Checkpoint.read(checkpoint(whole))))
    }

    func testAWarmUpOfAnUnknownPastIsSaidToBeGuessed() throws {
        let schedule = Schedule(.linear(minimum: 0, decaySteps: nil), warmupSteps: 10)
        let start = try train(configuration(schedule, batchSize: 8, epochs: 10), to: 40, "start")
        let branch = try train(configuration(schedule, batchSize: 32, epochs: 10), to: 41, from: checkpoint(start), "b")
        XCTAssertEqual(branch.trainer.notes, [])
        var old = try Checkpoint.read(checkpoint(branch))
        old.progress.branches = []
        let trainer = try Trainer(
            resuming: old, path: "old.h5", configuration: branch.trainer.configuration, dataset: branch.trainer.dataset,
            workers: .exactly(1), kernels: availableKernels()[0])
        XCTAssertTrue(trainer.notes.joined().contains("does not say from where"), "\(trainer.notes)")
        // After 2.2 epochs of 10, as if there had been no warm-up.
        XCTAssertEqual(trainer.learningRate, 0.1 * (1 - 2.2 / 10), accuracy: 1e-15)
    }

    func testAStartWithoutAWarmUpIsSaidToMeanNothing() throws {
        let run = try train(configuration(Schedule(warmupStart: 0.1), batchSize: 32, epochs: 1), to: 0, "run")
        XCTAssertEqual(
            run.trainer.notes,
            ["schedule.constant.warmupStart means nothing without warmupSteps or warmupEpochs beside it"])
    }

    /// Every schedule whose shape ends with the run: 40 steps, then 80.
    func testAResumeWithMoreEpochsSaysBothRates() throws {
        for (index, (decay, before, after)) in [
            (Schedule.Decay.linear(minimum: 0, decaySteps: nil), "0.0025", "0.05"),
            (.cosine(minimum: 0, decaySteps: nil), "0.0001541", "0.05"),
            (.polynomial(power: 2, minimum: 0, decaySteps: nil), "6.25e-05", "0.025"),
            (.oneCycle(rise: 0.3, startDivisor: 25, endDivisor: 1e4), "4e-07", "0.07893"),
        ].enumerated() {
            let run = try train(configuration(Schedule(decay), batchSize: 8, epochs: 2), "run-\(index)")
            let resumed = try TrainingRun(resuming: run.directory.path, changes: RunChanges(epochs: 4))
            XCTAssertEqual(
                resumed.trainer.notes,
                [
                    "the learning rate goes from \(before) in step 40 to \(after) in step 41: schedule "
                        + "\(Schedule(decay).name) now ends after 4 epochs, no longer after 2"
                ])
        }
        let fixed = Schedule(.linear(minimum: 0.01, decaySteps: 20))
        let run = try train(configuration(fixed, batchSize: 8, epochs: 2), "fixed")
        XCTAssertEqual(try TrainingRun(resuming: run.directory.path, changes: RunChanges(epochs: 4)).trainer.notes, [])
    }

    func testABranchThatWasWrittenWithoutRecordFollowsItsEpochs() throws {
        let schedule = Schedule(.step(everyEpochs: 2, factor: 0.1))
        let start = try train(configuration(schedule, batchSize: 8, epochs: 3), "start")
        let branch = try train(configuration(schedule, batchSize: 32, epochs: 9), to: 62, from: checkpoint(start), "b")
        var old = try Checkpoint.read(checkpoint(branch))
        old.progress.branches = []
        let trainer = try Trainer(
            resuming: old, path: "old.h5", configuration: branch.trainer.configuration, dataset: branch.trainer.dataset,
            workers: .exactly(1), kernels: availableKernels()[0])
        XCTAssertEqual(trainer.notes, [])
        // The fourth epoch, and the fifth.
        XCTAssertEqual(trainer.learningRate(step: 62), 0.01, accuracy: 1e-17)
        XCTAssertEqual(trainer.learningRate(step: 65), 0.001, accuracy: 1e-17)
    }
}
