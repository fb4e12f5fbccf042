import Kernels
import StrictCoding
import TestSupport
import XCTest

@testable import Networks

/// Values that several operations read.
final class ForksTests: XCTestCase {
    private func gradient(_ network: Network) throws -> Float {
        let run = try LayerRun(network, inputShape: [1], rows: 1, kernels: ReferenceKernels.self)
        let upstream = [Float](repeating: 1, count: run.plan.output.shape.count)
        return run.run(input: [2], outputGradient: upstream, parameters: [:]).inputGradient[0]
    }

    private func slope(_ slope: Float) -> Network { Network([Slope(slope)]) }

    func testGradientsAreAddedFromTheLastReaderToTheFirst() throws {
        // (1e8 - 1e8) + 1, where from the first on it would be (1 + 1e8) - 1e8 = 0.
        XCTAssertEqual(try gradient(Network([Concatenate(slope(1), slope(1e8), slope(-1e8))])), 1)
        XCTAssertEqual(try gradient(Network([Concatenate(slope(1e8), slope(-1e8), slope(1))])), 0)
        // A branch that passes its input on is read where it stands, though the concatenation comes last.
        XCTAssertEqual(try gradient(Network([Concatenate(Network {}, slope(1e8), slope(-1e8))])), 1)
        XCTAssertEqual(try gradient(Network([Concatenate(slope(1e8), slope(-1e8), Network {})])), 0)
    }

    func testGradientsAreAddedWithinANetworkBeforeThoseOutsideIt() throws {
        let pair = Network([Residual(slope(1e8), projection: slope(-1e8))])
        XCTAssertEqual(try gradient(Network([Residual(pair, projection: slope(1))])), 1)
        // In one row the last two would come first.
        let late = Network([Residual(slope(1), projection: slope(1e8))])
        XCTAssertEqual(try gradient(Network([Residual(late, projection: slope(-1e8))])), 0)
        XCTAssertEqual(try gradient(Network([Concatenate(slope(1), slope(1e8), slope(-1e8))])), 1)
    }

    func testAnOperationMayReadAValueSeveralTimes() throws {
        let network = Network { Threefold() }
        let run = try LayerRun(network, inputShape: [3], rows: 2, kernels: availableKernels()[0])
        let upstream: [Float] = [1, 2, 3, 4, 5, 6]
        let found = run.run(input: [1, 2, 3, -1, -2, -3], outputGradient: upstream, parameters: [:])
        XCTAssertEqual(found.output, [3, 6, 9, -3, -6, -9])
        XCTAssertEqual(found.inputGradient, upstream.map { 3 * $0 })
        assertEveryValueIsReadOnce(run.plan)
    }

    func testTheLossReadsTheOutputLast() throws {
        // The layer reads its input twice and hands the same value on.
        let network = Network {
            Linear(2)
            Aside()
        }
        let run = try LayerRun(network, inputShape: [2], rows: 1, kernels: availableKernels()[0])
        let found = run.run(
            input: [1, 2], outputGradient: [3, 5],
            parameters: ["linear1/weight": [1, 0, 0, 1], "linear1/bias": [0, 0]])
        XCTAssertEqual(found.output, [1, 2])
        XCTAssertEqual(found.inputGradient, [3, 5])
        assertEveryValueIsReadOnce(run.plan)
    }

    func testAValueReadOnceIsNotForked() throws {
        let run = try LayerRun(
            Network {
                Linear(28)
                ReLU()
                LeNet5()
            }, inputShape: [28, 7], rows: 1, kernels: availableKernels()[0])
        XCTAssertFalse(run.plan.operations.contains { $0 is ForkOperation || $0 is EntryOperation })
    }

    private func assertEveryValueIsReadOnce(_ plan: Plan, line: UInt = #line) {
        let reads = plan.operations.flatMap(\.reads) + [plan.output.id]
        XCTAssertEqual(Set(reads).count, reads.count, line: line)
    }
}

/// Passes its input on, and back whatever gradient it is told.
private struct Slope: Layer {
    static let kind = "slope"
    let slope: Float

    init(_ slope: Float) { self.slope = slope }
    init(from tagged: Tagged) throws { slope = try tagged.value(Float.self) }
    func encodeTagged(to encoder: any Encoder) throws { try encoder.encodeTagged(Self.kind, slope) }

    func build(in graph: inout Graph, input: Value) throws -> Value {
        let output = graph.value(shape: input.shape)
        graph.append(SlopeOperation(layer: graph.scope, input: input.id, output: output.id, slope: slope))
        return output
    }
}

private struct SlopeOperation: UnaryOperation {
    let layer: String
    var input: Value.ID
    var output: Value.ID
    let slope: Float

    var savedForBackward: [Value.ID] { [] }

    func forward(_ frame: Frame) { frame.value(output).update(from: frame.value(input), count: 1) }
    func backward(_ frame: Frame) { frame.gradient(input)!.update(repeating: slope, count: 1) }
}

/// `(x + x) + x`, by operations that know nothing of each other.
private struct Threefold: Layer {
    static let kind = "threefold"

    init() {}
    init(from tagged: Tagged) throws {}
    func encodeTagged(to encoder: any Encoder) throws { try encoder.encodeTagged(Self.kind) }

    func build(in graph: inout Graph, input: Value) throws -> Value {
        var sum = input
        for _ in 0..<2 {
            let output = graph.value(shape: input.shape)
            graph.append(
                SumOperation(
                    layer: graph.scope, first: sum.id, second: input.id, output: output.id, count: input.shape.count))
            sum = output
        }
        return sum
    }
}

/// Reads its input for an output that has no part in what comes after, with a gradient of zero, and hands the input on.
private struct Aside: Layer {
    static let kind = "aside"

    init() {}
    init(from tagged: Tagged) throws {}
    func encodeTagged(to encoder: any Encoder) throws { try encoder.encodeTagged(Self.kind) }

    func build(in graph: inout Graph, input: Value) throws -> Value {
        for _ in 0..<2 {
            let output = graph.value(shape: input.shape)
            graph.append(
                AsideOperation(layer: graph.scope, input: input.id, output: output.id, count: input.shape.count))
        }
        return input
    }
}

private struct AsideOperation: UnaryOperation {
    let layer: String
    var input: Value.ID
    var output: Value.ID
    let count: Int

    var savedForBackward: [Value.ID] { [] }

    func forward(_ frame: Frame) {}
    func backward(_ frame: Frame) { frame.gradient(input)?.update(repeating: 0, count: frame.rows * count) }
}
