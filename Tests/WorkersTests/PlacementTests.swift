import CSystem
import EngineSupport
import Foundation
import Kernels
import XCTest

@testable import Gradients
@testable import Networks
@testable import Workers

final class PlacementTests: XCTestCase {
    private func mask() throws -> [Int] {
        try XCTUnwrap(ThreadAffinity.current?.processors, "this system has no affinity")
    }

    func testWorkersRunOnTheirProcessorsInARegionAndWhereTheyLikeAfterIt() throws {
        let before = try mask()
        for workers in [1, 2, 5] {
            let processors = Array(before.shuffled().prefix(3))
            let team = WorkerTeam(workerCount: workers, processors: processors, spinRounds: 0, launch: onThreads)
            let seen = PlainNumbers(workers)
            let wrong = Counters(1)
            let task = ClosureTask { _, worker in
                let mine = ThreadAffinity.current?.processors ?? []
                if mine != [processors[worker % processors.count]] { wrong[0].add(1, ordering: .relaxed) }
                seen[worker] = 1
            }
            team.region { for _ in 0..<10 { team.run(task, count: 20) } }
            XCTAssertEqual(wrong.values, [0])
            XCTAssertEqual(seen[0], 1)
            XCTAssertEqual(try mask(), before)
        }
    }

    func testAnErrorInARegionFreesItsThread() throws {
        struct Failure: Error {}
        let before = try mask()
        for workers in [1, 3] {
            let team = WorkerTeam(workerCount: workers, processors: [before[0]], spinRounds: 0, launch: onThreads)
            XCTAssertThrowsError(try team.region { throw Failure() })
            XCTAssertEqual(try mask(), before)
        }
    }

    func testThreadsThatAWorkerMakesAreFreeIfTheySaySo() throws {
        let before = try mask()
        let team = WorkerTeam(workerCount: 1, processors: [before[0]])
        let seen = PlainNumbers(2)
        team.region {
            let done = DispatchSemaphore(value: 0)
            Thread.detachNewThread {
                seen[0] = ThreadAffinity.current?.processors.count ?? 0
                lockstep_unpin()
                seen[1] = ThreadAffinity.current?.processors.count ?? 0
                done.signal()
            }
            done.wait()
        }
        XCTAssertEqual(seen.values, [1, before.count])
    }

    func testDispatchGetsItsThreadsBackAsTheyWere() throws {
        let before = try mask()
        let team = WorkerTeam(workerCount: 3, processors: [before[0]])
        let task = ClosureTask { _, _ in usleep(100) }
        team.region { for _ in 0..<20 { team.run(task, count: 12) } }
        let wrong = Counters(1)
        DispatchQueue.concurrentPerform(iterations: 64) { _ in
            if ThreadAffinity.current?.processors != before { wrong[0].add(1, ordering: .relaxed) }
            usleep(100)
        }
        XCTAssertEqual(wrong.values, [0])
    }

    func testAProcessorThatIsNotThereIsRefusedAndNothingStaysBound() throws {
        let before = try mask()
        for processor in [-1, 8_191, 1_000_000] {
            XCTAssertThrowsError(try ThreadAffinity.check([before[0], processor])) { error in
                XCTAssertTrue("\(error)".contains("processor \(processor)"), "\(error)")
            }
            XCTAssertEqual(try mask(), before)
        }
        let team = WorkerTeam(workerCount: 2, processors: [8_191], spinRounds: 0, launch: onThreads)
        XCTAssertEqual(team.region { 7 }, 7, "goes on wherever it may")
    }

    func testMemoryIsTouchedByTheWorkerThatUsesItAndHoldsZeros() throws {
        let problem = try Problem.classifier(rows: 20)
        let plan = problem.network.trainingPlan
        let arena = WorkerArena(plan: plan, capacity: 5, kernels: availableKernels()[0])
        XCTAssertFalse(arena.isTouched, "making it touches nothing")
        let training = Training(problem, shards: 4, workers: 2)
        let frame = arena.frame(
            rows: 5, model: training.model, gradients: training.parameters.pointer, gradientStart: .zero, seed: 0,
            step: 0, firstRow: 0)
        XCTAssertTrue(arena.isTouched)
        let values = frame.value(plan.input.id)
        XCTAssertTrue((0..<5 * plan.input.shape.count).allSatisfy { values[$0] == 0 })

        let reducer = GradientReducer(
            layout: problem.network.layout, shards: 4, workers: 2, kernels: availableKernels()[0])
        reducer.begin(shards: 4)
        let buffer = reducer.take()
        let count = problem.network.layout.bufferCount
        XCTAssertTrue((0..<count).allSatisfy { reducer.gradients(buffer)[$0] == 0 })
        reducer.gradients(buffer)[0] = 3
        reducer.begin(shards: 4)
        XCTAssertEqual(reducer.take(), buffer)
        XCTAssertEqual(reducer.gradients(buffer)[0], 3, "zeroed once")
    }

    func testWorkersThatArePinnedComputeTheSameBits() throws {
        let processors = try mask()
        let problem = try Problem.classifier(rows: 40)
        func gradients(_ team: WorkerTeam) -> [Float] {
            let training = Training(problem, shards: 8, team: team)
            team.region { _ = training.computeGradients() }
            return training.gradients
        }
        let free = gradients(WorkerTeam(workerCount: 2))
        for workers in [1, 2, 7] {
            XCTAssertEqual(gradients(WorkerTeam(workerCount: workers, processors: processors)), free)
        }
    }
}
