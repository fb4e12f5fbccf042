import Kernels
import Networks
import XCTest

@testable import Gradients

final class ReductionShapeTests: XCTestCase {
    func testItIsWhatTheReducerDoes() throws {
        let network = try CompiledNetwork(
            network: Network { Linear(2) }, loss: .crossEntropy(), inputShape: Shape([3]), targets: nil)
        for workers in [1, 2, 3, 8, 32] {
            for shards in [1, 2, 7, 8, 9, 16, 31, 64, 100] {
                for addsInPlace in [false, true] {
                    let reducer = GradientReducer(
                        layout: network.layout, shards: shards, workers: workers, kernels: availableKernels()[0])
                    reducer.begin(shards: shards, addsInPlace: addsInPlace)
                    let shape = ReductionShape(shards: shards, workers: workers, addsInPlace: addsInPlace)
                    XCTAssertEqual(shape.roots, reducer.rootCount, "\(shards) shards, \(workers) workers")
                    XCTAssertEqual(shape.pairs, reducer.pairs, "\(shards) shards, \(workers) workers")
                    XCTAssertEqual(shape.items, shards - reducer.pairs)
                }
            }
        }
    }
}
