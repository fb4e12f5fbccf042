import Kernels
import XCTest

@testable import Networks

final class FlattenTests: XCTestCase {
    func testHandsOnValuesAndGradientsInOrder() throws {
        try assertMatchesOracle(
            Network {
                Flatten()
                Linear(5)
            }, inputShape: [2, 3, 4], rows: 3)
        try assertMatchesOracle(Network { Flatten() }, inputShape: [2, 3], rows: 2)
    }

    func testCostsNoOperation() throws {
        let run = try LayerRun(
            Network { Flatten() }, inputShape: [2, 3, 4], rows: 1, learnsInput: false, kernels: availableKernels()[0])
        XCTAssertTrue(run.plan.operations.isEmpty)
        XCTAssertEqual(run.plan.output.shape, [24])
    }

    func testAnActivationAfterItIsStillFusedIntoTheLinearLayerBefore() throws {
        let network = Network {
            Linear(3)
            Flatten()
            ReLU()
            Linear(2)
        }
        try assertMatchesOracle(network, inputShape: [2, 4], rows: 3)
        let run = try LayerRun(
            network, inputShape: [2, 4], rows: 1, learnsInput: false, kernels: availableKernels()[0])
        XCTAssertEqual(run.plan.operations.count, 2)
    }
}
