import Kernels
import TestSupport
import XCTest

@testable import Networks

final class WorkerArenaTests: XCTestCase {
    func testEveryValueStartsAtACacheLineWhateverTheRows() throws {
        for capacity in [1, 3, 17] {
            var random = SeededGenerator(seed: 5)
            for _ in 0..<20 {
                let network = randomNetwork(width: 7, &random)
                let run = try LayerRun(network, inputShape: [7], rows: 1, kernels: availableKernels()[0])
                let arena = WorkerArena(plan: run.plan, capacity: capacity, kernels: run.kernels)
                let parameters = AlignedBuffer(count: run.layout.bufferCount)
                let packed = PackedWeights(layout: run.layout, kernels: run.kernels, includesBackward: false)
                let frame = arena.frame(rows: 1, model: .init(parameters: parameters.pointer, packed: packed))
                for id in run.plan.widths.indices {
                    XCTAssertEqual(UInt(bitPattern: frame.value(id)) % 64, 0)
                    if let gradient = frame.gradient(id) { XCTAssertEqual(UInt(bitPattern: gradient) % 64, 0) }
                }
            }
        }
    }

    func testFewerRowsThanItsCapacityGiveTheSameBits() throws {
        for kernels in availableKernels() {
            let network = Network {
                Linear(19)
                GELU()
                Residual { Linear(19) }
                Linear(3)
            }
            let run = try LayerRun(network, inputShape: [5], rows: 9, kernels: kernels)
            var random = SeededGenerator(seed: 6)
            let input = random.floats(45)
            let upstream = random.floats(27)
            let parameters = run.randomParameters(&random)
            let ragged = run.run(
                input: input, outputGradient: upstream, parameters: parameters, microBatches: [7, 2])
            let whole = run.run(input: input, outputGradient: upstream, parameters: parameters)
            assertSameBits(ragged.output, whole.output, kernels.name)
            for (name, gradient) in whole.gradients {
                assertSameBits(ragged.gradients[name]!, gradient, "\(kernels.name) \(name)")
            }
        }
    }
}
