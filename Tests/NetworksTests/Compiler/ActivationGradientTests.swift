import Kernels
import TestSupport
import XCTest

@testable import Networks

/// Who multiplies by the derivative of a fused activation.
final class ActivationGradientTests: XCTestCase {
    private func operations(_ network: Network) throws -> [LinearOperation] {
        try LayerRun(network, inputShape: [6], rows: 3, kernels: availableKernels()[0])
            .plan.operations.compactMap { $0 as? LinearOperation }
    }

    func testTheNextProductTakesItOver() throws {
        let operations = try operations(
            Network {
                Linear(8)
                ReLU()
                Linear(5)
                Tanh()
            })
        XCTAssertEqual(operations.map(\.isGradientHandedOver), [true, false])
        XCTAssertEqual(operations.map(\.inputActivation), [.identity, .relu])
        // Its own output is read again only by who multiplies.
        XCTAssertFalse(operations[0].savedForBackward.contains(operations[0].output))
        XCTAssertTrue(operations[1].savedForBackward.contains(operations[1].output))
    }

    func testItIsNotTakenOverAcrossAnotherOperation() throws {
        let operations = try operations(
            Network {
                Linear(8)
                ReLU()
                Dropout(0.5)
                Linear(5)
            })
        XCTAssertEqual(operations.map(\.isGradientHandedOver), [false, false])
        XCTAssertEqual(operations.map(\.inputActivation), [.identity, .identity])
    }

    func testTheBitsAreThoseOfAPassOfItsOwn() throws {
        var random = SeededGenerator(seed: 5)
        let (input, outputGradient) = (random.floats(11 * 6), random.floats(11 * 5))
        let activations: [any Layer] = [ReLU(), LeakyReLU(slope: 0.1), Sigmoid(), Tanh()]
        for kernels in availableKernels() + [ReferenceKernels.self] {
            for activation in activations {
                let joined = Network([Linear(37), activation, Linear(5)])
                // A dropout of so little drops nothing here, multiplies by one, and keeps the products apart.
                let apart = Network([Linear(37), activation, Dropout(1e-30), Linear(5)])
                let runs = try [joined, apart].map {
                    try LayerRun($0, inputShape: [6], rows: 11, kernels: kernels)
                }
                let parameters = runs[0].randomParameters(&random)
                let results = runs.map {
                    $0.run(input: input, outputGradient: outputGradient, parameters: parameters)
                }
                let name = "\(kernels.name) \(activation)"
                XCTAssertEqual(runs[0].plan.operations.count + 1, runs[1].plan.operations.count, name)
                assertSameBits(results[0].inputGradient, results[1].inputGradient, name)
                for (parameter, gradient) in results[0].gradients {
                    assertSameBits(gradient, results[1].gradients[parameter]!, "\(name) \(parameter)")
                }
            }
        }
    }
}
