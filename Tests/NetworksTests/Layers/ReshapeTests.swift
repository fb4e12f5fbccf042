import Kernels
import XCTest

@testable import Networks

final class ReshapeTests: XCTestCase {
    func testHandsOnValuesAndGradientsInOrder() throws {
        try assertMatchesOracle(
            Network {
                Reshape([3, 4, 1])
                Convolution(2, kernel: 2)
                Reshape([2, 6])
                Linear(3)
            }, inputShape: [3, 4], rows: 3)
    }

    func testCostsNoOperation() throws {
        let run = try LayerRun(
            Network { Reshape([2, 6]) }, inputShape: [3, 4], rows: 1, learnsInput: false,
            kernels: availableKernels()[0])
        XCTAssertTrue(run.plan.operations.isEmpty)
        XCTAssertEqual(run.plan.output.shape, [2, 6])
    }

    func testShapesOfAnotherCountAreRefusedWithBothCounts() {
        for (dimensions, problem) in [
            ([2, 3], "a shape of [2, 3] has 6 elements, the input of shape [3, 4] has 12"),
            (
                [Int.max, 2],
                "a shape of [\(Int.max), 2] has more elements than can be counted, the input of shape [3, 4] has 12"
            ),
            ([], "the shape is [], expected dimensions of 1 or more"),
            ([-3, -4], "the shape is [-3, -4], expected dimensions of 1 or more"),
            ([12, 0], "the shape is [12, 0], expected dimensions of 1 or more"),
        ] as [([Int], String)] {
            assertRefused(Network { Reshape(dimensions) }, inputShape: [3, 4], "layer reshape1: \(problem)")
        }
    }

    func testDescriptionsAreReadAndWritten() throws {
        let expected = Network { Reshape([28, 28, 1]) }
        XCTAssertEqual(try decodeBoth(#"[{"reshape": [28, 28, 1]}]"#), [expected, expected])
        assertRefused(#"["reshape"]"#, as: Network.self, "[0]: 'reshape' needs a value: write {reshape: …}")
        assertRefused(
            #"[{"reshape": 784}]"#, as: Network.self, "[0].reshape: expected a list, found 784")
    }
}
