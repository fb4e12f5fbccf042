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
    // What the oracle says is found out once, for all instruction sets: it takes most of the time.
    var expected: (output: [Double], inputGradient: [Double], gradients: [String: [Double]])?
    for kernels in availableKernels() {
        let run = try LayerRun(network, inputShape: inputShape, rows: rows, isFrozen: isFrozen, kernels: kernels)
        var random = SeededGenerator(seed: seed)
        let input = random.floats(rows * inputShape.count, scale: 2)
        let upstream = random.floats(rows * run.plan.output.shape.count)
        let parameters = run.randomParameters(&random)
        let found = run.run(input: input, outputGradient: upstream, parameters: parameters)

        let learned = run.layout.parameters.filter { $0.isLearned && !isFrozen($0.name) }.map(\.name)
        if expected == nil {
            var oracle = Oracle(parameters: parameters.mapValues { $0.map(Double.init) })
            oracle.dropoutFactors = dropoutFactors(run)
            oracle.isFrozen = isFrozen
            let x = input.map(Double.init)
            func output(_ oracle: Oracle, _ x: [Double]) -> [Double] {
                oracle.output(of: network, x, shape: inputShape, rows: rows)
            }
            let gradients = learned.map { name in
                let gradient = centralDifferences(oracle.parameters[name]!) { values in
                    var moved = oracle
                    moved.parameters[name] = values
                    return dot(output(moved, x), upstream)
                }
                return (name, gradient)
            }
            expected = (
                output(oracle, x), centralDifferences(x) { dot(output(oracle, $0), upstream) },
                Dictionary(uniqueKeysWithValues: gradients)
            )
        }
        let name = "\(kernels.name) \(inputShape)"
        func assertIs(_ found: [Float], _ expected: [Double], _ what: String) {
            assertClose(found, expected, tolerance: tolerance, "\(name) \(what)", file: file, line: line)
        }
        assertIs(found.output, expected!.output, "output")
        assertIs(found.inputGradient, expected!.inputGradient, "input")
        XCTAssertEqual(Set(found.gradients.keys), Set(parameters.keys), file: file, line: line)
        XCTAssertEqual(Set(expected!.gradients.keys), Set(learned), file: file, line: line)
        for parameter in learned { assertIs(found.gradients[parameter]!, expected!.gradients[parameter]!, parameter) }
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
