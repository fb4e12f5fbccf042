import Foundation
import HDF5
import TestSupport
import XCTest
import Yams

@testable import Optimization

final class ScheduleTests: XCTestCase {
    private func rates(_ schedule: Schedule, steps: Int = 20, epoch: Int = 5, base: Double = 0.8) -> [Double] {
        let pace = Pace(length: steps, stepsPerEpoch: epoch)
        return (0..<steps).map { schedule.learningRate(step: $0, base: base, pace: pace) }
    }

    func testPolynomialsFollowTheirFormula() {
        for power in [0.5, 1, 1.5, 2, 3] {
            let found = rates(Schedule(.polynomial(power: power, minimum: 0.1, decaySteps: nil), warmupSteps: 4))
            for (step, rate) in found.enumerated() {
                let expected =
                    step < 4 ? 0.8 * Double(step + 1) / 4 : 0.1 + 0.7 * pow(1 - Double(step - 4) / 16, power)
                XCTAssertEqual(rate, expected, accuracy: 1e-15, "power \(power), step \(step)")
            }
        }
    }

    /// PyTorch 2.13, OneCycleLR(max_lr=0.8, total_steps=20): the rate of each step.
    func testOneCycleFollowsPyTorch() {
        let expected = [
            0.03200000000000003, 0.10533747416002026, 0.2973374741600202, 0.5346625258399798, 0.7266625258399798, 0.8,
            0.7899712049880699, 0.7603877056107791, 0.71273294205684, 0.6493965231598104, 0.5735544014330407,
            0.48900961754903144, 0.4000016, 0.3109935824509686, 0.22644879856695938, 0.1506066768401896,
            0.08727025794316003, 0.03961549438922103, 0.010031995011930044, 3.2e-06,
        ]
        let found = rates(Schedule(.oneCycle(rise: 0.3, startDivisor: 25, endDivisor: 10_000)))
        for (step, rate) in expected.enumerated() { XCTAssertEqual(found[step], rate, accuracy: 1e-12, "step \(step)") }
    }

    /// The same one's momentum, with the defaults of base_momentum and max_momentum.
    func testTheMomentumOfOneCycleFollowsPyTorch() {
        let expected = [
            0.95, 0.9404508497187474, 0.9154508497187474, 0.8845491502812526, 0.8595491502812526, 0.85,
            0.8512536043909088, 0.854951556604879, 0.8609084258765984, 0.8688255099070633, 0.878305813044122,
            0.8888739533021842, 0.8999999999999999, 0.9111260466978157, 0.9216941869558779, 0.9311744900929366,
            0.9390915741234015, 0.945048443395121, 0.9487463956090911, 0.95,
        ]
        let schedule = Schedule(.oneCycle(rise: 0.3, startDivisor: 25, endDivisor: 10_000, momentum: .init()))
        let pace = Pace(length: 20, stepsPerEpoch: 5)
        for (step, momentum) in expected.enumerated() {
            XCTAssertEqual(schedule.momentum(step: step, pace: pace)!, momentum, accuracy: 1e-12, "step \(step)")
        }
        XCTAssertNil(Schedule(.oneCycle(rise: 0.3, startDivisor: 2, endDivisor: 2)).momentum(step: 1, pace: pace))
    }

    func testOneCycleTakesNoWarmUpBesideItsOwn() {
        for schedule in [
            Schedule(.oneCycle(rise: 0.3, startDivisor: 2, endDivisor: 2), warmupSteps: 3),
            Schedule(.oneCycle(rise: 0.3, startDivisor: 2, endDivisor: 2), warmupEpochs: 1),
        ] {
            XCTAssertThrowsError(try schedule.check()) {
                XCTAssertTrue("\($0)".contains("schedule.oneCycle.warmupSteps: expected none"), "\($0)")
            }
        }
    }

    /// Every step of runs under torch.optim.lr_scheduler: Tests/Fixtures/README.md says which ones they are.
    func testWholeCurvesAreThoseOfPyTorch() throws {
        let file = try HDF5File(reading: fixture("schedules.h5"))
        let base = try XCTUnwrap(file.root.attributes.number("base"))
        let minimum = try XCTUnwrap(file.root.attributes.number("minimum"))
        let stepsPerEpoch = try XCTUnwrap(file.root.attributes.integer("stepsPerEpoch"))
        let names = try file.root.children().map(\.name)
        XCTAssertEqual(names.count, 30)
        for name in names {
            let trace = try file.root.group(name)
            let decay: Schedule.Decay =
                switch try XCTUnwrap(trace.attributes.string("schedule")) {
                case "constant": .constant
                case "step": .step(everyEpochs: 2, factor: 0.1)
                case "cosine": .cosine(minimum: minimum, decaySteps: nil)
                case "linear": .linear(minimum: minimum, decaySteps: nil)
                default: .polynomial(power: 2, minimum: 0, decaySteps: nil)
                }
            let warmup = try XCTUnwrap(trace.attributes.integer("warmupSteps"))
            let start = try trace.attributes.number("warmupStart")
            let expected: [Double] = try trace.dataset("learningRates").read()
            XCTAssertEqual(expected.count, 30)
            let pace = Pace(length: expected.count, stepsPerEpoch: stepsPerEpoch)
            var schedules = [Schedule(decay, warmupSteps: warmup, warmupStart: start)]
            if warmup % stepsPerEpoch == 0 {
                schedules.append(Schedule(decay, warmupEpochs: warmup / stepsPerEpoch, warmupStart: start))
            }
            for schedule in schedules {
                for (step, rate) in expected.enumerated() {
                    XCTAssertEqual(
                        schedule.learningRate(step: step, base: base, pace: pace), rate, accuracy: 1e-14,
                        "\(name), step \(step)")
                }
            }
        }
        try file.close()
    }

    func testAWarmUpThatBeginsAtZeroHasZeroInItsFirstStep() {
        let found = rates(Schedule(warmupEpochs: 2, warmupStart: 0))
        for (step, rate) in found.enumerated() {
            XCTAssertEqual(rate, step < 10 ? 0.8 * Double(step) / 10 : 0.8, accuracy: 1e-15)
        }
    }

    func testStepsCountEpochsFromTheStartOfTheRun() {
        let found = rates(Schedule(.step(everyEpochs: 2, factor: 0.1), warmupEpochs: 1), steps: 30)
        for (step, rate) in found.enumerated() where step >= 5 {
            XCTAssertEqual(rate, [0.8, 0.08, 0.008][step / 10], accuracy: 1e-15, "step \(step)")
        }
    }

    func testTheStartOfAWarmUpComesBackFromYAML() throws {
        for start in [nil, 0, 0.2] {
            let schedule = Schedule(.step(everyEpochs: 2, factor: 0.1), warmupSteps: 4, warmupStart: start)
            let text = try YAMLEncoder().encode(schedule)
            XCTAssertEqual(try YAMLDecoder().decode(Schedule.self, from: text), schedule, text)
            XCTAssertEqual(text.contains("warmupStart"), start != nil, text)
        }
    }

    func testSchedulesThatAreLongerOrShorterThanTheRunAreRefused() {
        func error(_ schedule: Schedule) -> String {
            do {
                try schedule.check(totalSteps: 20, pace: Pace(length: 20, stepsPerEpoch: 5))
                return "none"
            } catch { return "\(error)" }
        }
        for schedule in [
            Schedule(warmupSteps: 19), Schedule(.cosine(minimum: 0, decaySteps: 20)),
            Schedule(.linear(minimum: 0.1, decaySteps: 12)),
            Schedule(.oneCycle(rise: 0.3, startDivisor: 2, endDivisor: 2)),
        ] { XCTAssertEqual(error(schedule), "none") }
        XCTAssertEqual(
            error(Schedule(warmupSteps: 20)),
            "schedule.constant.warmupSteps: expected a warm-up shorter than the run's 20 steps (5 an epoch), found 20 steps"
        )
        XCTAssertTrue(error(Schedule(warmupEpochs: 4)).contains("warmupEpochs: expected a warm-up shorter"))
        XCTAssertTrue(
            error(Schedule(.cosine(minimum: 0, decaySteps: 21))).contains("the decay would not end, found 21"))
        XCTAssertTrue(
            error(Schedule(.linear(minimum: 0.1, decaySteps: 10), warmupEpochs: 2)).contains(
                "decaySteps: expected more than the 10 steps of the warm-up, found 10"))
        XCTAssertTrue(
            error(Schedule(.polynomial(power: 2, minimum: 0, decaySteps: 19))).contains(
                "the learning rate would be 0 before the run's 20 steps (5 an epoch) are over, found 19"))
    }
}
