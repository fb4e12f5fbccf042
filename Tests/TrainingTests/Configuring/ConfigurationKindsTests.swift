import Datasets
import Kernels
import Networks
import Optimization
import StrictCoding
import TestSupport
import XCTest

@testable import Training

/// Layers that are not Lockstep's own, from the configuration to the checkpoint and back.
final class ConfigurationKindsTests: XCTestCase {
    private let kinds = ConfigurationKinds(layers: .standard.adding([Passage.self]))
    private let yaml = """
        dataset: {synthetic: {inputs: [6], classes: 3, samples: 40}}
        network: [{residual: [passage, {linear: 6}]}, {linear: 3}]
        batchSize: 10
        epochs: 1
        """

    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    private let unknown = "network[0].residual[0]: unknown layer 'passage'. Choose from: linear, "

    func testAConfigurationIsReadWithTheKindsItIsHanded() throws {
        let configuration = try Configuration(yaml: yaml, path: "test.yaml", kinds: kinds)
        XCTAssertEqual((configuration.network.layers[0] as? Residual)?.network, Network([Passage(), Linear(6)]))
        XCTAssertEqual(configuration.kinds, kinds)
        XCTAssertEqual(try Configuration(yaml: configuration.yaml(), path: "again", kinds: kinds), configuration)
        XCTAssertTrue(
            message { _ = try Configuration(yaml: yaml, path: "test.yaml") }.hasPrefix(unknown))
    }

    func testOptimizersAreLookedForAmongThoseHandedIn() throws {
        let kinds = ConfigurationKinds(layers: kinds.layers, optimizers: OptimizerKinds([SGD.self, LARS.self]))
        XCTAssertEqual(
            message { _ = try Configuration(yaml: yaml + "\noptimizer: lamb", path: "test.yaml", kinds: kinds) },
            "optimizer: unknown optimizer 'lamb'. Choose from: sgd, lars")
    }

    func testTheConfigurationOfACheckpointIsReadWithThem() throws {
        let kernels = availableKernels()[0]
        let configuration = try Configuration(yaml: yaml, path: "test.yaml", kinds: kinds)
        let dataset = try Dataset.load(configuration.dataset, relativeTo: nil)
        let trainer = try Trainer(configuration, dataset: dataset, workers: .exactly(1), kernels: kernels)
        _ = try trainer.step()
        let checkpoint = try trainer.checkpoint()
        XCTAssertNoThrow(try Model(checkpoint: checkpoint, path: "memory", kinds: kinds, kernels: kernels))
        XCTAssertTrue(
            message { _ = try Model(checkpoint: checkpoint, path: "memory", kernels: kernels) }.hasPrefix(unknown))
        // The configuration brings them along.
        let resumed = try Trainer(
            resuming: checkpoint, path: "memory", configuration: configuration, dataset: dataset,
            workers: .exactly(1), kernels: kernels)
        XCTAssertEqual(try resumed.checkpoint().fingerprint, checkpoint.fingerprint)
    }
}

/// Hands its input on: a layer made of what is public.
private struct Passage: Layer {
    static let kind = "passage"

    init() {}
    init(from tagged: Tagged) throws { try tagged.refuseValue() }
    func encodeTagged(to encoder: any Encoder) throws { try encoder.encodeTagged(Self.kind) }

    func build(in graph: inout Graph, input: Value) throws -> Value { input }
}
