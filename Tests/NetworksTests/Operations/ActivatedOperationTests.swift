import Kernels
import TestSupport
import XCTest

@testable import Networks

final class ActivatedOperationTests: XCTestCase {
    func testGradientsOfAWholeShardAreAddedToThoseOfItsSibling() throws {
        let network = Network {
            Convolution(3, kernel: 2)
            ReLU()
            Convolution(3, kernel: 3, padding: .same, groups: 3)
            Tanh()
            Linear(17)
        }
        for kernels in availableKernels() {
            let run = try LayerRun(network, inputShape: [4, 5, 2], rows: 3, kernels: kernels)
            var random = SeededGenerator(seed: 6)
            let input = random.floats(3 * 40)
            let upstream = random.floats(3 * run.plan.output.shape.count)
            let parameters = run.randomParameters(&random)
            let own = run.run(input: input, outputGradient: upstream, parameters: parameters)
            let added = run.run(input: input, outputGradient: upstream, parameters: parameters, addingTo: 0.3)
            for parameter in run.layout.parameters {
                assertSameBits(
                    added.gradients[parameter.name]!, own.gradients[parameter.name]!.map { 0.3 + $0 },
                    "\(kernels.name) \(parameter.name)")
            }
        }
    }
}
