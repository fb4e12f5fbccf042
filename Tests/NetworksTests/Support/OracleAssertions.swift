import Kernels
import TestSupport
import XCTest

@testable import Networks

/// Runs layers on every table of kernels and compares output, gradient of the input and gradients of all parameters
/// with the oracle and its central differences. What is no gradient, of statistics, is left to others, and so is what
/// is frozen.
func assertMatchesOracle(
    _ network: Network, inputShape: Shape, rows: Int, seed: UInt64 = 1, tolerance: Double = 3e-6,
    isFrozen: @escaping (String) -> Bool = { _ in false },
    file: StaticString = #filePath, line: UInt = #line
) throws {
    for kernels in availableKernels() {
        let run = try LayerRun(network, inputShape: inputShape, rows: rows, isFrozen: isFrozen, kernels: kernels)
        var random = SeededGenerator(seed: seed)
        let input = random.floats(rows * inputShape.count, scale: 2)
        let upstream = random.floats(rows * run.plan.output.shape.count)
        let parameters = run.randomParameters(&random)
        let found = run.run(input: input, outputGradient: upstream, parameters: parameters)

        var oracle = Oracle(parameters: parameters.mapValues { $0.map(Double.init) })
        oracle.dropoutFactors = dropoutFactors(run)
        oracle.isFrozen = isFrozen
        let x = input.map(Double.init)
        let name = "\(kernels.name) \(inputShape)"
        assertClose(
            found.output, oracle.output(of: network, x, shape: inputShape, rows: rows), tolerance: tolerance,
            "\(name) output", file: file, line: line)
        let inputGradient = centralDifferences(x) {
            dot(oracle.output(of: network, $0, shape: inputShape, rows: rows), upstream)
        }
        assertClose(
            found.inputGradient, inputGradient, tolerance: tolerance, "\(name) input", file: file, line: line)
        XCTAssertEqual(Set(found.gradients.keys), Set(parameters.keys), file: file, line: line)
        for parameter in run.layout.parameters where parameter.isLearned && !isFrozen(parameter.name) {
            let gradient = centralDifferences(oracle.parameters[parameter.name]!) { values in
                var moved = oracle
                moved.parameters[parameter.name] = values
                return dot(moved.output(of: network, x, shape: inputShape, rows: rows), upstream)
            }
            assertClose(
                found.gradients[parameter.name]!, gradient, tolerance: tolerance, "\(name) \(parameter.name)",
                file: file, line: line)
        }
    }
}

/// What the dropout layers of a run multiply their inputs by, from the scalar kernels.
func dropoutFactors(_ run: LayerRun, draw: LayerRun.Draw = .init()) -> [[Double]] {
    run.plan.operations.compactMap { $0 as? DropoutOperation }.map { dropout in
        var factors = [Float](repeating: 1, count: run.rows * dropout.pixels * dropout.columns)
        factors.withUnsafeMutableBufferPointer { ones in
            ReferenceKernels.dropout(
                ones.baseAddress!, into: ones.baseAddress!, rows: run.rows, pixels: dropout.pixels,
                columns: dropout.columns, probability: dropout.probability, seed: draw.seed, step: draw.step,
                layer: dropout.stream, firstRow: draw.firstRow)
        }
        return factors.map(Double.init)
    }
}

/// Passes if building the network fails with that message.
func assertRefused(
    _ network: Network, inputShape: Shape = [4], loss: Loss = .meanSquaredError,
    targets: TargetSpecification = .values(width: 1), _ message: String,
    file: StaticString = #filePath, line: UInt = #line
) {
    XCTAssertThrowsError(
        try CompiledNetwork(network: network, loss: loss, inputShape: inputShape, targets: targets), file: file,
        line: line
    ) { XCTAssertEqual("\($0)", message, file: file, line: line) }
}
