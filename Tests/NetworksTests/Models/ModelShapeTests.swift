import XCTest

@testable import Networks

final class ModelShapeTests: XCTestCase {
    private func compiled(_ model: any Layer, _ shape: Shape, classes: Int = 10) throws -> CompiledNetwork {
        try CompiledNetwork(
            network: Network([model]), loss: .crossEntropy(), inputShape: shape, targets: .classes(count: classes))
    }

    private func learned(_ network: CompiledNetwork) -> Int {
        network.layout.parameters.filter(\.isLearned).reduce(0) { $0 + $1.count }
    }

    /// The numbers that PyTorch counts of the same networks.
    func testTheyHaveAsManyParametersAsEverywhere() throws {
        XCTAssertEqual(learned(try compiled(LeNet5(), [28, 28])), 61_706)
        XCTAssertEqual(learned(try compiled(LeNet5(), [32, 32, 1])), 61_706)
        XCTAssertEqual(learned(try compiled(SmallCNN(), [28, 28, 1])), 421_642)
        XCTAssertEqual(learned(try compiled(SmallCNN(batchNormalization: true), [28, 28])), 421_642 - 96 + 192)
        XCTAssertEqual(learned(try compiled(ResNet(depth: 20), [32, 32, 3])), 272_474)
        XCTAssertEqual(learned(try compiled(ResNet(depth: 56), [32, 32, 3])), 855_770)
        XCTAssertEqual(
            learned(try compiled(ResNet(depth: 20, classes: 100), [32, 32, 3], classes: 100)), 272_474 + 90 * 65)
    }

    func testAModelIsTheLayersItIsMadeOf() throws {
        let image: Shape = [12, 10, 3]
        let model = ResNet(depth: 8, width: 4)
        let named = try compiled(model, image).layout.parameters
        let written = try CompiledNetwork(
            network: model.layers(for: image), loss: .crossEntropy(), inputShape: image,
            targets: .classes(count: 10)
        ).layout.parameters
        XCTAssertEqual(named.map(\.name), written.map { "resNet1/" + $0.name })
        XCTAssertEqual(named.map(\.shape), written.map(\.shape))
    }

    func testAllTheirNormalizationsAreSynchronizedOrNone() throws {
        for synchronized in [false, true] {
            for model in [
                ResNet(depth: 14, width: 4, synchronized: synchronized) as any Layer,
                SmallCNN(batchNormalization: true, synchronized: synchronized),
            ] {
                let operations = try compiled(model, [8, 8, 3]).trainingPlan.operations
                let collective = operations.count { ($0 as? any CollectiveOperation)?.isCollective == true }
                let normalizations = operations.count { $0 is any NormalizationOperation }
                // Two projections among them: 1 + 3 · 2 · 2 + 2.
                XCTAssertEqual(normalizations, model is ResNet ? 15 : 2)
                XCTAssertEqual(collective, synchronized ? normalizations : 0)
            }
        }
        XCTAssertEqual(
            try decodeBoth(
                #"[{"resNet": {"depth": 20, "synchronized": true}}, "#
                    + #"{"smallCNN": {"batchNormalization": true, "synchronized": true}}]"#),
            Array(
                repeating: Network([
                    ResNet(depth: 20, synchronized: true), SmallCNN(batchNormalization: true, synchronized: true),
                ]), count: 2))
    }

    func testNumbersThatMakeNoSenseAreRefused() {
        assertRefused(
            Network { ResNet(depth: 21) }, inputShape: [8, 8],
            "layer resNet: depth is 21, expected 6n + 2 of at most 1202: 8, 14, 20, 32, 44, 56, …")
        assertRefused(
            Network { ResNet(depth: 20, width: 0) }, inputShape: [8, 8],
            "layer resNet: width is 0, expected 1 to 1048576")
        for (depth, width, problem) in [
            (600_002, 16, "depth is 600002, expected 6n + 2 of at most 1202: 8, 14, 20, 32, 44, 56, …"),
            (.max - 5, 16, "depth is \(Int.max - 5), expected 6n + 2 of at most 1202: 8, 14, 20, 32, 44, 56, …"),
            (.min, 16, "depth is \(Int.min), expected 6n + 2 of at most 1202: 8, 14, 20, 32, 44, 56, …"),
            (20, 1 << 62, "width is \(1 << 62), expected 1 to 1048576"),
        ] {
            assertRefused(
                Network { ResNet(depth: depth, width: width) }, inputShape: [8, 8], "layer resNet: \(problem)")
        }
        assertRefused(
            Network { SmallCNN(classes: 0) }, inputShape: [8, 8],
            "layer smallCNN: classes is 0, expected 1 or more")
        assertRefused(
            Network { SmallCNN(synchronized: true) }, inputShape: [8, 8],
            "layer smallCNN: synchronized is about batch normalization: expected batchNormalization: true beside it")
        assertRefused(
            Network { LeNet5() }, inputShape: [784],
            "layer leNet51: expected an input of shape [height, width] or [height, width, channels], found [784]")
    }

    func testTheShortFormIsRead() throws {
        XCTAssertEqual(
            try decodeBoth(#"["leNet5", "smallCNN", {"resNet": 20}, {"resNet": {"depth": 20, "width": 16}}]"#),
            Array(repeating: Network([LeNet5(), SmallCNN(), ResNet(depth: 20), ResNet(depth: 20)]), count: 2))
    }
}
