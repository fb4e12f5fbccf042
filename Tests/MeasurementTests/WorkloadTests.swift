import Lockstep
import Measurement
import XCTest

final class WorkloadTests: XCTestCase {
    func testOperationsOfAStepAreThoseOfTheMathematics() throws {
        // Multiply-adds a sample: forward, gradient of weights, and gradient of inputs but for the first layer.
        let expected = [
            "mlp-128": 128 * (2 * (784 * 512 + 512 * 256 + 256 * 10) + 512 * 256 + 256 * 10),
            "mlp-4096": 4096 * (2 * (784 * 512 + 512 * 256 + 256 * 10) + 512 * 256 + 256 * 10),
            "wide-2048": 2048 * (2 * (784 * 2048 + 2048 * 2048 + 2048 * 10) + 2048 * 2048 + 2048 * 10),
            "moons-100": 100 * (2 * (2 * 16 + 16 * 16 + 16 * 2) + 16 * 16 + 16 * 2),
        ]
        XCTAssertEqual(Workload.builtIn.map(\.name).sorted(), expected.keys.sorted())
        for workload in Workload.builtIn {
            let configuration = workload.configuration
            let synthetic = try XCTUnwrap(configuration.dataset.synthetic)
            let network = try CompiledNetwork(
                network: configuration.network, loss: configuration.loss, inputShape: Shape(synthetic.inputs),
                targets: .classes(count: synthetic.classes))
            XCTAssertEqual(
                network.flopsPerStep(rows: configuration.batchSize), expected[workload.name]! * 2, workload.name)
        }
    }

    func testAWorkloadIsFoundByNameAndAConfigurationByPath() throws {
        XCTAssertEqual(try Workload("mlp-4096").configuration.batchSize, 4096)
        XCTAssertThrowsError(try Workload("no/such.file")) {
            XCTAssertTrue("\($0)".hasPrefix("no/such.file: no such file"), "\($0)")
        }
        XCTAssertThrowsError(try Workload("moon-100")) { XCTAssertEqual(($0 as? UnknownWorkload)?.name, "moon-100") }
        XCTAssertNoThrow(try Workload.check("anything.yaml"))
    }
}
