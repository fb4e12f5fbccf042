import Benchmarking
import Datasets
import Kernels
import Networks
import Training
import XCTest

final class WorkloadTests: XCTestCase {
    /// What a sample takes: multiply-adds forward, those of the first layer among them, and learned parameters.
    private struct Expected {
        let batchSize: Int
        let forward: Int
        let firstLayer: Int
        let parameters: Int

        /// Forward, gradient of weights, and gradient of inputs but for the first layer.
        var multiplyAdds: Int { batchSize * (3 * forward - firstLayer) }
    }

    private let expected = [
        "mlp-128": Expected(
            batchSize: 128, forward: 784 * 512 + 512 * 256 + 256 * 10, firstLayer: 784 * 512, parameters: 535_818),
        "mlp-4096": Expected(
            batchSize: 4096, forward: 784 * 512 + 512 * 256 + 256 * 10, firstLayer: 784 * 512, parameters: 535_818),
        "wide-2048": Expected(
            batchSize: 2048, forward: 784 * 2048 + 2048 * 2048 + 2048 * 10, firstLayer: 784 * 2048,
            parameters: 5_824_522),
        "moons-100": Expected(
            batchSize: 100, forward: 2 * 16 + 16 * 16 + 16 * 2, firstLayer: 2 * 16, parameters: 354),
        // Pixels × taps × channels × filters: 225,792 + 3,612,672, and 401,408 + 1,280 of the linear layers.
        "cnn-256": Expected(
            batchSize: 256,
            forward: 28 * 28 * 9 * 1 * 32 + 14 * 14 * 9 * 32 * 64 + 7 * 7 * 64 * 128 + 128 * 10,
            firstLayer: 28 * 28 * 9 * 1 * 32, parameters: 421_642),
        // The second and third stage begin with half the channels, and have a projection of 1 × 1 each.
        "resnet20-128": Expected(
            batchSize: 128, forward: 442_368 + 6 * 2_359_296 + 2 * (1_179_648 + 5 * 2_359_296 + 131_072) + 640,
            firstLayer: 32 * 32 * 9 * 3 * 16, parameters: 272_474),
        "lenet5-64": Expected(
            batchSize: 64, forward: 28 * 28 * 25 * 6 + 10 * 10 * 25 * 6 * 16 + 400 * 120 + 120 * 84 + 84 * 10,
            firstLayer: 28 * 28 * 25 * 6, parameters: 61_706),
    ]

    func testOperationsOfAStepAreThoseOfTheMathematics() throws {
        XCTAssertEqual(Workload.builtIn.map(\.name).sorted(), expected.keys.sorted())
        for workload in Workload.builtIn {
            let (network, expected) = (try compiled(workload), try XCTUnwrap(expected[workload.name]))
            XCTAssertEqual(workload.configuration.batchSize, expected.batchSize, workload.name)
            XCTAssertEqual(network.flopsPerStep(rows: expected.batchSize), 2 * expected.multiplyAdds, workload.name)
        }
    }

    func testParametersAreThoseOfTheNetworksThatPeersTrain() throws {
        for workload in Workload.builtIn {
            XCTAssertEqual(
                try compiled(workload).layout.learnedCount, expected[workload.name]?.parameters, workload.name)
        }
    }

    func testConvolutionalNetworksTakeAStep() throws {
        for name in ["cnn-256", "resnet20-128", "lenet5-64"] {
            let configuration = try Workload(name).configuration
            let trainer = try Trainer(
                configuration, dataset: try Dataset.load(configuration.dataset, relativeTo: nil), workers: .exactly(2),
                kernels: availableKernels()[0])
            let report = try trainer.team.region { try trainer.step() }
            XCTAssertEqual(report.rows, configuration.batchSize, name)
            // Guesses of ten classes: about ln 10, and the more the logits of the first values spread.
            XCTAssertTrue((1.5...6).contains(report.loss), "\(name): \(report.loss)")
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

    private func compiled(_ workload: Workload) throws -> CompiledNetwork {
        let configuration = workload.configuration
        let synthetic = try XCTUnwrap(configuration.dataset.synthetic)
        return try CompiledNetwork(
            network: configuration.network, loss: configuration.loss, inputShape: Shape(synthetic.inputs),
            targets: .classes(count: synthetic.classes))
    }
}
