import Kernels
import TestSupport
import XCTest

@testable import Networks

final class PackedWeightsTests: XCTestCase {
    /// Weights whose sizes are no multiples of anything, and enough of them for several blocks.
    private func compile() throws -> CompiledNetwork {
        try CompiledNetwork(
            network: Network {
                Linear(301)
                Linear(67)
                Linear(1)
            }, loss: .meanSquaredError, inputShape: [131], targets: .values(width: 1))
    }

    private func parameters(_ layout: ParameterLayout, seed: UInt64) -> AlignedBuffer {
        let buffer = AlignedBuffer(count: layout.bufferCount)
        var random = SeededGenerator(seed: seed)
        buffer.pointer.update(from: random.floats(layout.bufferCount), count: layout.bufferCount)
        return buffer
    }

    /// All packed floats of a network, forward and backward.
    private func bytes(_ packed: PackedWeights, _ layout: ParameterLayout, _ kernels: any KernelTable.Type) -> [Float] {
        layout.parameters.filter(\.isMatrixOperand).flatMap { weight -> [Float] in
            let (k, n) = (weight.shape.dimensions[0], weight.shape.dimensions[1])
            let forward = UnsafeBufferPointer(start: packed.forward(weight), count: kernels.packedCount(k: k, n: n))
            guard weight.isTransposedOperand else { return Array(forward) }
            return Array(forward)
                + Array(UnsafeBufferPointer(start: packed.backward(weight), count: kernels.packedCount(k: n, n: k)))
        }
    }

    func testRefreshingBlockByBlockInAnyOrderEqualsRefreshingEverything() throws {
        let network = try compile()
        XCTAssertGreaterThan(network.blocks.count { $0.parameter == 0 }, 2)
        for kernels in availableKernels() {
            let values = parameters(network.layout, seed: 1)
            let whole = PackedWeights(layout: network.layout, kernels: kernels, includesBackward: true)
            whole.refreshAll(network.layout, from: values.pointer)
            let parts = PackedWeights(layout: network.layout, kernels: kernels, includesBackward: true)
            // Over what another step left there.
            let others = parameters(network.layout, seed: 2)
            parts.refreshAll(network.layout, from: others.pointer)
            var random = SeededGenerator(seed: 3)
            for block in network.blocks.shuffled(using: &random) {
                parts.refresh(network.layout.parameters[block.parameter], rows: block.rows, from: values.pointer)
            }
            assertSameBits(
                bytes(parts, network.layout, kernels), bytes(whole, network.layout, kernels), kernels.name)
        }
    }

    func testRefreshingRowsTouchesNoFloatOfOtherRows() throws {
        let network = try compile()
        let layout = network.layout
        for kernels in availableKernels() {
            let weight = layout.parameters.first(where: \.isTransposedOperand)!
            let packed = PackedWeights(layout: layout, kernels: kernels, includesBackward: true)
            let values = parameters(layout, seed: 1)
            packed.refreshAll(layout, from: values.pointer)
            let before = bytes(packed, layout, kernels)
            // Another worker may be packing the rows around these at the same moment.
            (values.pointer + weight.offset).update(repeating: .nan, count: weight.count)
            packed.refresh(weight, rows: 5..<8, from: values.pointer)
            let after = bytes(packed, layout, kernels)
            let changed = zip(before, after).count { $0.bitPattern != $1.bitPattern }
            XCTAssertEqual(changed, 2 * 3 * 67, kernels.name)
        }
    }

    func testForwardAndBackwardFormsAreAlignedAndApart() throws {
        let network = try compile()
        for kernels in availableKernels() {
            let packed = PackedWeights(layout: network.layout, kernels: kernels, includesBackward: true)
            var end = UInt(0)
            for weight in network.layout.parameters.filter(\.isMatrixOperand) {
                let (k, n) = (weight.shape.dimensions[0], weight.shape.dimensions[1])
                var forms = [(packed.forward(weight), kernels.packedCount(k: k, n: n))]
                if weight.isTransposedOperand {
                    forms.append((packed.backward(weight), kernels.packedCount(k: n, n: k)))
                }
                for (start, count) in forms {
                    XCTAssertEqual(UInt(bitPattern: start) % 64, 0, kernels.name)
                    XCTAssertGreaterThanOrEqual(UInt(bitPattern: start), end, kernels.name)
                    end = UInt(bitPattern: start + count)
                }
            }
        }
    }

    func testTheFirstLayersWeightsAreNotKeptTransposed() throws {
        let weights = try compile().layout.parameters.filter(\.isMatrixOperand)
        XCTAssertEqual(weights.map(\.isTransposedOperand), [false, true, true])
    }

    func testForInferenceOnlyTheForwardFormIsKept() throws {
        let network = try compile()
        for kernels in availableKernels() {
            let values = parameters(network.layout, seed: 1)
            let packed = PackedWeights(layout: network.layout, kernels: kernels, includesBackward: false)
            packed.refreshAll(network.layout, from: values.pointer)
            let both = PackedWeights(layout: network.layout, kernels: kernels, includesBackward: true)
            both.refreshAll(network.layout, from: values.pointer)
            for weight in network.layout.parameters.filter(\.isMatrixOperand) {
                let count = kernels.packedCount(k: weight.shape.dimensions[0], n: weight.shape.dimensions[1])
                assertSameBits(
                    Array(UnsafeBufferPointer(start: packed.forward(weight), count: count)),
                    Array(UnsafeBufferPointer(start: both.forward(weight), count: count)), kernels.name)
            }
        }
    }
}
