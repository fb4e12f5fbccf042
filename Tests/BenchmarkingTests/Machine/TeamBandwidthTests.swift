import Kernels
import Workers
import XCTest

@testable import Benchmarking

final class TeamBandwidthTests: XCTestCase {
    func testItIsMeasuredForAnyNumberOfWorkers() {
        for workers in [1, 2, 5] {
            let team = WorkerTeam(workerCount: workers)
            let memory = TeamBandwidth(kernels: availableKernels()[0], team: team, floats: 1 << 12)
            team.region { memory.measure() }
            XCTAssertGreaterThan(memory.best, 0, "\(workers)")
        }
    }
}
