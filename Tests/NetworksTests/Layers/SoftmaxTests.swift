import Kernels
import XCTest

@testable import Networks

final class SoftmaxTests: XCTestCase {
    func testOutputAndGradientMatchTheOracle() throws {
        for (rows, width) in [(1, 1), (3, 7), (5, 33)] {
            try assertMatchesOracle(Network { Softmax() }, inputShape: [width], rows: rows)
        }
    }

    func testWorksOnTheInnermostDimension() throws {
        try assertMatchesOracle(
            Network {
                Linear(5)
                Softmax()
                Flatten()
                Linear(2)
            }, inputShape: [3, 4], rows: 3)
    }

    func testScalarInputIsRefusedWithItsShape() {
        assertRefused(
            Network { Softmax() }, inputShape: [],
            "layer softmax1: expected an input of shape [..., classes], found []")
    }

    func testAsTheLastLayerUnderACrossEntropyItIsPartOfTheLoss() throws {
        let network = Network {
            Linear(3)
            Softmax()
        }
        let compiled = try CompiledNetwork(
            network: network, loss: .crossEntropy(), inputShape: [2], targets: .classes(count: 3))
        XCTAssertFalse(compiled.trainingPlan.operations.contains { $0 is SoftmaxOperation })
        XCTAssertFalse(compiled.inferencePlan.operations.contains { $0 is SoftmaxOperation })
        XCTAssertEqual(compiled.network, network)
        let squared = try CompiledNetwork(
            network: network, loss: .meanSquaredError, inputShape: [2], targets: .values(width: 3))
        XCTAssertTrue(squared.trainingPlan.operations.contains { $0 is SoftmaxOperation })
    }
}
