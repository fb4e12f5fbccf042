import Gradients
import Kernels
import Networks
import Workers
import XCTest

@testable import Benchmarking

final class StepSimulatorTests: XCTestCase {
    /// A step of 16 shards of 10 ms and an update of 20 ms in 100 blocks.
    private var costs: StepCosts {
        StepCosts(
            workload: "test", batchSize: 4096, shards: 16, coreGflops: 100, coreGigabytesPerSecond: 20,
            parameters: 1 << 20, packed: 1 << 20, moments: 1, blocks: Array(repeating: 10_486, count: 100),
            updatePasses: 1, microBatch: 512, computeSecondsPerRow: 9e-3 / 256, computeSecondsPerShard: 1e-3,
            loadSecondsPerRow: 0, fillSecondsPerRow: 0, foldSeconds: 0.5e-3, updateSeconds: 20e-3, updateRoots: 8,
            serialSeconds: 0)
    }

    /// A machine on which nothing but the items takes time, and memory is no limit.
    private var ideal: SimulatedMachine {
        var machine = SimulatedMachine(
            name: "ideal", cores: 128, coreGflops: 100, coreGigabytesPerSecond: 20, totalGigabytesPerSecond: 1e6,
            cacheMebibytes: 1e-6)
        (machine.wakeMicroseconds, machine.signalMicroseconds, machine.claimMicroseconds) = (0, 0, 0)
        return machine
    }

    func testOneWorkerTakesTheSumOfThePartsInTheCutThatWasMeasured() throws {
        var costs = self.costs
        (costs.serialSeconds, costs.fillSecondsPerRow) = (1e-3, 2e-3 / 4096)
        let step = try StepSimulator(costs: costs, machine: ideal).step(workers: 1, shards: 16)
        // Of 16 shards 7 pairs are computed in one buffer each, and the last two are folded.
        XCTAssertEqual(step.gradientSeconds, 16 * 10e-3 + 0.5e-3, accuracy: 1e-9)
        XCTAssertEqual(step.updateSeconds, 22e-3, accuracy: 1e-9)
        XCTAssertEqual(step.seconds, 16 * 10e-3 + 0.5e-3 + 22e-3 + 1e-3, accuracy: 1e-9)
        XCTAssertEqual(step.busyShare, (step.seconds - 1e-3) / step.seconds, accuracy: 1e-9)
    }

    func testShardsAreSharedOutWhole() throws {
        let simulator = StepSimulator(costs: costs, machine: ideal)
        for (workers, rounds) in [(8, 2.0), (15, 2), (16, 1), (128, 1)] {
            let step = try simulator.step(workers: workers, shards: 16)
            XCTAssertEqual(step.gradientSeconds, rounds * 10e-3, accuracy: 1e-9, "\(workers)")
        }
        let three = try simulator.step(workers: 3, shards: 16)
        XCTAssertGreaterThanOrEqual(three.gradientSeconds, 16 * 10e-3 / 3)
    }

    func testTheUpdateGrowsWithTheRootsItReads() throws {
        let simulator = StepSimulator(costs: costs, machine: ideal)
        // 4 bytes a root, 16 for parameters and moment, 8 for the packed form of each.
        let (eight, sixteen) = (4.0 * 8 + 16 + 8, 4.0 * 16 + 16 + 8)
        let step = try simulator.step(workers: 10, shards: 16)
        XCTAssertEqual(step.updateSeconds, 20e-3 / 10 * sixteen / eight, accuracy: 1e-9)
    }

    func testWorkersShareTheBandwidthOfMemory() throws {
        var machine = ideal
        let free = try StepSimulator(costs: costs, machine: machine).step(workers: 10, shards: 16)
        let bytes = 4.0 * Double(1 << 20) * (16 + 2 + 2) + 8 * Double(1 << 20)
        let asked = bytes / free.updateSeconds / 1e9
        machine.totalGigabytesPerSecond = asked / 2
        let bound = try StepSimulator(costs: costs, machine: machine).step(workers: 10, shards: 16)
        XCTAssertEqual(bound.updateSeconds, 2 * free.updateSeconds, accuracy: 1e-9)
        machine.totalGigabytesPerSecond = asked * 1.01
        let enough = try StepSimulator(costs: costs, machine: machine).step(workers: 10, shards: 16)
        XCTAssertEqual(enough.updateSeconds, free.updateSeconds, accuracy: 1e-9)
    }

    func testWhatFitsTheCacheAsksNothingOfMemory() throws {
        var machine = ideal
        (machine.totalGigabytesPerSecond, machine.cacheMebibytes) = (1e-3, 1e6)
        let step = try StepSimulator(costs: costs, machine: machine).step(workers: 16, shards: 16)
        XCTAssertEqual(step.gradientSeconds, 10e-3, accuracy: 1e-9)
    }

    func testASleeperTakesTimeToWakeAndTheLeaderTimeToSignal() throws {
        var machine = ideal
        (machine.wakeMicroseconds, machine.signalMicroseconds, machine.spinMicroseconds) = (60, 5, 100)
        // Of ten workers six do two of the 16 shards; the four that do one sleep when the update begins.
        let step = try StepSimulator(costs: costs, machine: machine).step(workers: 10, shards: 16)
        let awake = try StepSimulator(costs: costs, machine: ideal).step(workers: 10, shards: 16)
        XCTAssertGreaterThan(step.updateSeconds, awake.updateSeconds + 20e-6)
        XCTAssertLessThan(step.updateSeconds, awake.updateSeconds + 20e-6 + 500e-6)
        machine.spinMicroseconds = 1e6
        XCTAssertEqual(
            try StepSimulator(costs: costs, machine: machine).step(workers: 10, shards: 16).updateSeconds,
            awake.updateSeconds, accuracy: 1e-9)
    }

    func testClaimsComeOneAfterTheOther() throws {
        var machine = ideal
        machine.claimMicroseconds = 1000
        let step = try StepSimulator(costs: costs, machine: machine).step(workers: 100, shards: 16)
        // The last of a hundred blocks is claimed when 99 others have been.
        XCTAssertGreaterThanOrEqual(step.updateSeconds, 99e-3)
        XCTAssertGreaterThanOrEqual(step.gradientSeconds, 10e-3 + 15e-3)
    }

    func testEfficiencyOfOneIsOneAndMoreWorkersAreNotSlower() throws {
        let simulator = StepSimulator(costs: costs, machine: ideal)
        XCTAssertEqual(try simulator.efficiency(workers: 1), 1)
        var last = Double.infinity
        for workers in 1...20 {
            // Fewer workers fold more, and others at other times: a fold or two may be the difference.
            let seconds = try simulator.step(workers: workers, shards: 16).gradientSeconds
            XCTAssertLessThanOrEqual(seconds, last + 1e-3, "\(workers)")
            last = seconds
        }
    }

    func testABatchThatCannotBeCutIsAnError() {
        XCTAssertThrowsError(
            try StepSimulator(costs: costs, machine: ideal).step(workers: 1, batchSize: 3, shards: 4)
        ) { XCTAssertEqual($0 as? SimulationError, .tooFewRows(rows: 3, shards: 4)) }
    }

    func testABandwidthIsSharedFairly() {
        XCTAssertEqual(PhaseSimulation.fairShare(of: 10, demands: [1, 2, 3]), .infinity)
        // 1 gets what it asks for; 9 are left for three.
        XCTAssertEqual(PhaseSimulation.fairShare(of: 10, demands: [5, 1, 4, 3]), 3, accuracy: 1e-12)
        XCTAssertEqual(PhaseSimulation.fairShare(of: 10, demands: [5, 1, 2, 9]), 3.5, accuracy: 1e-12)
        XCTAssertEqual(PhaseSimulation.fairShare(of: 10, demands: [20, 20]), 5, accuracy: 1e-12)
    }
}

final class SimulatedMachineTests: XCTestCase {
    func testANumberThatMakesNoSenseIsNamed() {
        var machine = SimulatedMachine(
            name: "m", cores: 1, coreGflops: 1, coreGigabytesPerSecond: 0, totalGigabytesPerSecond: 1,
            cacheMebibytes: 1)
        XCTAssertThrowsError(try machine.check()) {
            XCTAssertEqual("\($0)", "coreGigabytesPerSecond: expected a number above 0, found 0.0")
        }
        machine.coreGigabytesPerSecond = 1
        XCTAssertNoThrow(try machine.check())
    }

    func testThisMachineIsMeasured() throws {
        let machine = SimulatedMachine(measuringWith: availableKernels()[0])
        XCTAssertNoThrow(try machine.check())
        XCTAssertEqual(machine.cores, UsableCores.count)
    }

    func testTheMachinesInTheRepositoryCanBeRead() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Benchmarks/machines")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        XCTAssertFalse(files.isEmpty)
        for file in files {
            let machine = try JSONDecoder().decode(SimulatedMachine.self, from: Data(contentsOf: file))
            XCTAssertNoThrow(try machine.check(), file.lastPathComponent)
            XCTAssertFalse(machine.assumptions.isEmpty)
        }
    }
}

final class StepCostRecorderTests: XCTestCase {
    func testSpansAreToldApartByTheirOrder() {
        let recorder = StepCostRecorder(items: 2)
        func record(_ stage: StepPhase, _ nanoseconds: UInt64) {
            recorder.record(stage, operation: nil, worker: 0, start: 5, end: 5 + nanoseconds)
        }
        for _ in 0..<2 {
            record(.data, 1)
            record(.forward, 10)
            record(.backward, 20)
            record(.reduceAndUpdate, 100)
        }
        record(.data, 1000)
        for _ in 0..<3 { record(.reduceAndUpdate, 10_000) }
        XCTAssertEqual(recorder.parts.load, 2e-9, accuracy: 1e-15)
        XCTAssertEqual(recorder.parts.compute, 60e-9, accuracy: 1e-15)
        XCTAssertEqual(recorder.parts.fold, 200e-9, accuracy: 1e-15)
        XCTAssertEqual(recorder.parts.fill, 1000e-9, accuracy: 1e-15)
        XCTAssertEqual(recorder.parts.update, 30_000e-9, accuracy: 1e-15)
        XCTAssertEqual(recorder.parts.blocks, 3)
        recorder.reset()
        XCTAssertEqual(recorder.parts.total, 0)
    }
}

/// No time decides in these tests.
final class SimulationCheckTests: XCTestCase {
    func testCostsAreMeasuredAndAStepOfOneWorkerIsAboutTheirSum() throws {
        let check = try SimulationCheck(
            try Workload("mlp-128"), workers: [1, 2], rounds: 2, seconds: 0.01, kernels: availableKernels()[0])
        let costs = check.costs
        XCTAssertEqual(costs.batchSize, 128)
        XCTAssertEqual(costs.shards, 2)
        XCTAssertEqual(costs.moments, 1)
        XCTAssertEqual(costs.updatePasses, 1)
        XCTAssertEqual(costs.updateRoots, 2)
        // A step in more shards that something disturbed puts all of it on shards, or on rows.
        XCTAssertGreaterThan(costs.computeSecondsPerRow + costs.computeSecondsPerShard, 0)
        XCTAssertGreaterThan(costs.updateSeconds, 0)
        XCTAssertEqual(check.comparisons.map(\.workers), [1, 2])
        let one = try StepSimulator(costs: costs, machine: check.machine).step(workers: 1, shards: 2)
        let sum =
            128 * (costs.computeSecondsPerRow + costs.loadSecondsPerRow + costs.fillSecondsPerRow)
            + 2 * costs.computeSecondsPerShard + costs.updateSeconds + costs.serialSeconds
        // Claims take a little too.
        XCTAssertEqual(one.seconds, sum, accuracy: 0.05 * sum)
    }
}

final class StepTrafficTests: XCTestCase {
    func testAStepStreamsWhatItsShardsFoldsAndUpdateDo() {
        let traffic = StepTraffic(parameters: 1000, packed: 500, moments: 2)
        // Nine shards of one worker: one level is folded, five roots remain, three pairs are added in place.
        let shape = ReductionShape(shards: 9, workers: 1, addsInPlace: true)
        XCTAssertEqual([shape.foldLevels, shape.roots, shape.pairs], [1, 5, 3])
        // 18 micro-batches of 4 · 2,500 bytes, one fold of 12 · 1,000, an update of 4 · 1,000 · 11 and 8 · 500.
        XCTAssertEqual(traffic.step(shape, microBatches: 2), 240_000)
    }

    func testWeightsThatPassGradientsOnArePackedTwice() throws {
        let network = try CompiledNetwork(
            network: Network {
                Linear(5)
                Linear(7)
            }, loss: .crossEntropy(), inputShape: Shape([3]), targets: nil)
        XCTAssertEqual(StepTraffic.packedFloats(network.layout), 3 * 5 + 2 * 5 * 7)
    }
}
