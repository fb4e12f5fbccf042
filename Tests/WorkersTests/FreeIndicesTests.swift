import EngineSupport
import XCTest

@testable import Workers

final class FreeIndicesTests: XCTestCase {
    func testTheLowestIsOnTopAndTheLastGivenBackComesFirst() {
        let free = FreeIndices(count: 3)
        XCTAssertEqual([free.take(), free.take(), free.take(), free.take()], [0, 1, 2, nil])
        free.giveBack(1)
        free.giveBack(2)
        XCTAssertEqual([free.take(), free.take(), free.take()], [2, 1, nil])
    }

    func testRefillingPutsAllBack() {
        let free = FreeIndices(count: 2)
        _ = free.take()
        free.refill()
        XCTAssertEqual([free.take(), free.take(), free.take()], [0, 1, nil])
    }

    func testOfNoneThereIsNothingToTake() {
        XCTAssertNil(FreeIndices(count: 0).take())
    }

    func testThreadsThatRaceNeverHoldOneIndexAtOnce() {
        // Few indices and many threads, so that what lies under the top changes while it is looked at.
        let free = FreeIndices(count: 3)
        let holders = Counters(3)
        let plain = PlainNumbers(3)
        onThreads(6) { _ in
            for round in 0..<3_000 {
                guard let index = free.take() else { continue }
                XCTAssertEqual(holders[index].exchange(1, ordering: .relaxed), 0)
                plain[index] += 1
                if round % 64 == 0 { sched_yield() }
                holders[index].store(0, ordering: .relaxed)
                free.giveBack(index)
            }
        }
        XCTAssertEqual(Set([free.take(), free.take(), free.take()]), [0, 1, 2])
        XCTAssertNil(free.take())
        XCTAssertGreaterThan(plain.values.reduce(0, +), 3_000)
    }
}
