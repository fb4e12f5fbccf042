import Kernels
import XCTest

@testable import Networks

final class ParameterLayoutTests: XCTestCase {
    /// Parameters of these shapes, none of them packed.
    private func layout(_ shapes: [Shape]) -> ParameterLayout {
        var layout = ParameterLayout()
        for (index, shape) in shapes.enumerated() {
            _ = layout.append(
                name: "p\(index)", shape: shape, initializer: .zeros, fanIn: 1, fanOut: 1, packing: nil)
        }
        return layout
    }

    private let shapes: [Shape] = [
        [1], [3, 5], [16], [784, 512], [512], [2, 100_000], [40_001], [1, 16_385], [16_384, 1], [128, 128], [],
        [7, 3, 2],
    ]

    func testEveryParameterStartsAtACacheLineAndNoneOverlap() {
        let layout = layout(shapes)
        var end = 0
        for (parameter, shape) in zip(layout.parameters, shapes) {
            XCTAssertEqual(parameter.offset % 16, 0, parameter.name)
            XCTAssertEqual(parameter.count, shape.count, parameter.name)
            XCTAssertGreaterThanOrEqual(parameter.offset, end, parameter.name)
            XCTAssertLessThan(parameter.offset - end, 16, parameter.name)
            end = parameter.range.upperBound
        }
        XCTAssertGreaterThanOrEqual(layout.bufferCount, end)
        XCTAssertEqual(layout.elementCount, shapes.reduce(0) { $0 + $1.count })
    }

    func testBlocksCoverEveryParameterOnceAndNothingElse() {
        let layout = layout(shapes)
        var covered = [Int](repeating: 0, count: layout.bufferCount)
        for block in layout.blocks {
            for index in block.range { covered[index] += 1 }
        }
        for parameter in layout.parameters {
            XCTAssertTrue(covered[parameter.range].allSatisfy { $0 == 1 }, parameter.name)
            for index in parameter.range { covered[index] = 0 }
        }
        XCTAssertTrue(covered.allSatisfy { $0 == 0 }, "a block reaches between parameters")
    }

    func testABlockIsWholeRowsOfOneParameterInOrder() {
        let layout = layout(shapes)
        var nextRow: [Int: Int] = [:]
        for block in layout.blocks {
            let parameter = layout.parameters[block.parameter]
            let width = parameter.count / parameter.rowCount
            XCTAssertEqual(block.rows.lowerBound, nextRow[block.parameter] ?? 0, parameter.name)
            XCTAssertEqual(block.range.lowerBound, parameter.offset + block.rows.lowerBound * width, parameter.name)
            XCTAssertEqual(block.range.count, block.rows.count * width, parameter.name)
            XCTAssertFalse(block.rows.isEmpty, parameter.name)
            nextRow[block.parameter] = block.rows.upperBound
        }
        XCTAssertEqual(layout.blocks.map(\.parameter), layout.blocks.map(\.parameter).sorted())
    }

    func testBlocksHaveTheTargetSizeWhereRowsAllowIt() {
        for block in layout(shapes).blocks {
            XCTAssertTrue(
                block.range.count <= ParameterLayout.targetBlockCount || block.rows.count == 1, "\(block)")
        }
        // Norms are summed by block: another size of block is another sum.
        XCTAssertEqual(layout([[784, 512]]).blocks.count, 25)
        XCTAssertEqual(layout([[784, 512]]).blocks[0].range, 0..<32 * 512)
    }

    func testAParameterOfNoElementsHasNoBlock() {
        XCTAssertTrue(layout([[0, 3], [3, 0]]).blocks.isEmpty)
    }
}
