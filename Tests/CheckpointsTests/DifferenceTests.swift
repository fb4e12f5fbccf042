import Checkpoints
import XCTest

final class DifferenceTests: XCTestCase {
    private func difference(_ change: (inout Checkpoint) -> Void) -> Checkpoint.Difference? {
        var other = Checkpoint.sample()
        change(&other)
        return Checkpoint.sample().difference(from: other)
    }

    func testEqualTensorsDoNotDiffer() {
        XCTAssertNil(
            difference {
                $0.progress.step = 1
                $0.writtenBy.workers = 9
            })
    }

    func testTheFirstElementIsNamedWithBothValues() throws {
        let value = Checkpoint.sample().parameters[0].values[6]
        let found = try XCTUnwrap(
            difference {
                $0.parameters[0].values[6] += 0.5
                $0.parameters[0].values[7] += 2
                $0.optimizerState["firstMoment"]![2].values[0] -= 1
            })
        XCTAssertEqual(
            found.first,
            .element(tensor: "parameters/linear1/weight", index: [1, 2], first: value, second: value + 0.5))
        XCTAssertEqual(found.differingElements, 3)
        XCTAssertEqual(found.comparedElements, 3 * (12 + 4 + 8))
        XCTAssertEqual(found.differingTensors, 2)
        XCTAssertEqual(found.comparedTensors, 9)
        XCTAssertEqual(found.largest, 2)
        XCTAssertEqual(
            found.description,
            """
            parameters/linear1/weight[1, 2] is 1234.6 in the first, 1235.1 in the second: a difference of 0.5
            3 of 72 elements in 2 of 9 tensors differ, by at most 2.0
            """)
    }

    func testSignsOfZeroAndPayloadsOfNaNsDiffer() throws {
        let found = try XCTUnwrap(difference { $0.parameters[1].values[0] = -0.0 })
        XCTAssertEqual(found.differingElements, 1)
        XCTAssertEqual(found.largest, 0)
        XCTAssertTrue(try XCTUnwrap(difference { $0.parameters[1].values[0] = .nan }).largest.isNaN)
    }

    func testAMissingTensorIsNamed() throws {
        let found = try XCTUnwrap(difference { $0.parameters.remove(at: 1) })
        XCTAssertEqual(found.first, .onlyInFirst(tensor: "parameters/linear1/bias"))
        XCTAssertEqual(found.differingTensors, 1)
        XCTAssertEqual(found.differingElements, 0)
        let reverse = try XCTUnwrap(
            difference { $0.parameters.append(.init(name: "extra", shape: [], values: [1])) })
        XCTAssertEqual(reverse.first, .onlyInSecond(tensor: "parameters/extra"))
        XCTAssertEqual(
            reverse.description, "parameters/extra is only in the second\n0 of 72 elements in 1 of 10 tensors differ")
    }

    func testAnotherShapeIsNamedWithBoth() throws {
        let found = try XCTUnwrap(difference { $0.parameters[0].shape = [4, 3] })
        XCTAssertEqual(found.first, .shape(tensor: "parameters/linear1/weight", first: [3, 4], second: [4, 3]))
    }

    func testAMissingMomentIsNamed() throws {
        let found = try XCTUnwrap(difference { $0.optimizerState["secondMoment"] = nil })
        XCTAssertEqual(found.first, .onlyInFirst(tensor: "optimizer/secondMoment/linear1/weight"))
        XCTAssertEqual(found.differingTensors, 3)
    }
}
