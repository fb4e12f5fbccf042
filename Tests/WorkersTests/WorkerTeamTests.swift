import EngineSupport
import Foundation
import Synchronization
import TestSupport
import XCTest

@testable import Workers

final class WorkerTeamTests: XCTestCase {
    /// Teams on threads of their own, that spin for long, briefly and not at all, and one on `concurrentPerform`.
    private func teams(_ workers: Int) -> [WorkerTeam] {
        [0, 1, 200].map { WorkerTeam(workerCount: workers, spinRounds: $0, launch: onThreads) }
            + [WorkerTeam(workerCount: workers)]
    }

    func testEveryItemIsDoneOnceByAWorkerOfItsOwn() {
        for workers in [1, 2, 3, 7, 16, 64] {
            for team in teams(workers) {
                team.region {
                    for items in [0, 1, 2, 5, 64, 500] {
                        let task = CountingTask(items: items, workers: workers)
                        team.run(task, count: items)
                        XCTAssertEqual(task.done, Array(repeating: 1, count: items), "\(workers) workers")
                        XCTAssertEqual(task.collisions.load(ordering: .relaxed), 0, "\(workers) workers")
                    }
                }
            }
        }
    }

    func testWhatAPhaseWroteTheNextOneReads() {
        // Plain memory: each item reads what two others wrote in the phase before.
        let (items, phases) = (9, 3_000)
        for team in teams(3) + teams(5) {
            let now = PlainNumbers(items)
            let next = PlainNumbers(items)
            let step = ClosureTask { item, _ in
                next[item] = now[(item + 1) % items] + now[(item + 4) % items] & 0xFF + 1
            }
            let swap = ClosureTask { item, _ in now[item] = next[item] & 0xFFFF }
            team.region {
                for _ in 0..<phases / 2 {
                    team.run(step, count: items)
                    team.run(swap, count: items)
                }
            }
            var expected = Array(repeating: 0, count: items)
            for _ in 0..<phases / 2 {
                expected = expected.indices.map {
                    (expected[($0 + 1) % items] + expected[($0 + 4) % items] & 0xFF + 1) & 0xFFFF
                }
            }
            XCTAssertEqual(now.values, expected)
        }
    }

    func testTheLeaderSeesAllThatHelpersWrote() {
        for team in teams(4) {
            let numbers = PlainNumbers(40)
            var sum = 0
            team.region {
                for phase in 1...500 {
                    let task = ClosureTask { item, _ in numbers[item] = item * phase }
                    team.run(task, count: 40)
                    sum += numbers.values.reduce(0, +)
                }
            }
            XCTAssertEqual(sum, 40 * 39 / 2 * 500 * 501 / 2)
        }
    }

    func testARegionCanBeEnteredAgainAndReturnsWhatItsBodyDoes() {
        for team in teams(3) {
            for round in 0..<50 {
                let task = CountingTask(items: 7, workers: 3)
                let result = team.region {
                    team.run(task, count: 7)
                    return round
                }
                XCTAssertEqual(result, round)
                XCTAssertEqual(task.done, Array(repeating: 1, count: 7))
            }
        }
    }

    func testARegionWithoutWorkEnds() {
        for workers in [1, 2, 16] {
            for team in teams(workers) {
                for _ in 0..<20 { team.region {} }
            }
        }
    }

    func testAnErrorLeavesTheTeamUsable() {
        struct Failure: Error {}
        for workers in [1, 4] {
            for team in teams(workers) {
                for _ in 0..<10 {
                    let before = CountingTask(items: 5, workers: workers)
                    XCTAssertThrowsError(
                        try team.region {
                            team.run(before, count: 5)
                            throw Failure()
                        }
                    ) { XCTAssertTrue($0 is Failure) }
                    let after = CountingTask(items: 5, workers: workers)
                    team.region { team.run(after, count: 5) }
                    XCTAssertEqual(before.done + after.done, Array(repeating: 1, count: 10))
                }
            }
        }
    }

    func testTheLeaderFinishesAloneWhenNobodyComes() {
        let team = WorkerTeam(workerCount: 8, spinRounds: 10, launch: oneAfterTheOther)
        for _ in 0..<3 {
            let order = PlainNumbers(100)
            let position = PlainNumbers(1)
            team.region {
                for _ in 0..<10 {
                    let task = ClosureTask { item, worker in
                        XCTAssertEqual(worker, 0)
                        order[position[0] % 100] = item
                        position[0] += 1
                    }
                    team.run(task, count: 100)
                }
            }
            XCTAssertEqual(position[0], 1_000)
            XCTAssertEqual(order.values, Array(0..<100), "items are begun in order")
        }
    }

    func testOutsideARegionTheCallerDoesAllItemsAlone() {
        let team = WorkerTeam(workerCount: 4)
        let task = CountingTask(items: 9, workers: 1)
        team.run(task, count: 9)
        XCTAssertEqual(task.done, Array(repeating: 1, count: 9))
    }

    /// Whether every helper comes to a phase: each item waits until as many are under way as there are workers.
    private func everybodyComes(_ team: WorkerTeam) -> Bool {
        let arrived = Counters(1)
        let workers = team.workerCount
        let deadline = Date().addingTimeInterval(20)
        let task = ClosureTask { _, _ in
            arrived[0].add(1, ordering: .sequentiallyConsistent)
            while arrived[0].load(ordering: .sequentiallyConsistent) < workers, Date() < deadline { sched_yield() }
        }
        team.run(task, count: workers)
        return Date() < deadline
    }

    func testHelpersThatSleepAreWoken() {
        for workers in [2, 5] {
            for spinRounds in [0, 50] {
                let team = WorkerTeam(workerCount: workers, spinRounds: spinRounds, launch: onThreads)
                team.region {
                    for phase in 0..<20 {
                        guard everybodyComes(team) else {
                            return XCTFail("\(workers) workers, phase \(phase)")
                        }
                        usleep(2_000)
                    }
                }
            }
        }
    }

    func testHelpersThatSleepAreSentHome() {
        let team = WorkerTeam(workerCount: 6, spinRounds: 0, launch: onThreads)
        for round in 0..<20 {
            let came = team.region {
                defer { usleep(1_000) }
                return everybodyComes(team)
            }
            guard came else { return XCTFail("round \(round)") }
        }
    }

    func testMoreWorkersThanCoresUnderIrregularLoad() {
        for (workers, spinRounds) in [(16, 0), (16, 30), (33, 0)] {
            let team = WorkerTeam(workerCount: workers, spinRounds: spinRounds, launch: onThreads)
            var random = SeededGenerator(seed: UInt64(workers))
            for _ in 0..<4 {
                team.region {
                    for _ in 0..<60 {
                        let items = Int.random(in: 0...80, using: &random)
                        let slow = Int.random(in: 0...400, using: &random)
                        let task = CountingTask(items: items, workers: workers) { item, _ in
                            if item == slow { usleep(300) } else if item % 7 == slow % 7 { sched_yield() }
                        }
                        team.run(task, count: items)
                        XCTAssertEqual(task.done, Array(repeating: 1, count: items))
                        XCTAssertEqual(task.collisions.load(ordering: .relaxed), 0)
                        if slow < 40 { usleep(useconds_t(slow * 20)) }
                    }
                }
            }
        }
    }
}
