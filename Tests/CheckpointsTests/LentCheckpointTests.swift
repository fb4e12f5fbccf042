import XCTest

@testable import Checkpoints

final class LentCheckpointTests: XCTestCase {
    /// A call inside a call for each of them would need more than a stack has.
    func testTensorsAreLentHoweverManyThereAre() {
        func tensors(_ offset: Float) -> [Checkpoint.Tensor] {
            (0..<30_000).map { .init(name: "\($0)", shape: [1], values: [Float($0) + offset]) }
                + [.init(name: "empty", shape: [0], values: [])]
        }
        var checkpoint = Checkpoint.sample()
        checkpoint.parameters = tensors(0.5)
        checkpoint.optimizerState = ["a": tensors(0.25), "b": tensors(0.75)]
        let same = checkpoint.lending { lent in Checkpoint(copying: lent) }
        assertEqual(same, checkpoint)
        XCTAssertEqual(same.optimizerState["a"]!.map(\.values), checkpoint.optimizerState["a"]!.map(\.values))
        XCTAssertEqual(same.optimizerState["b"]!.map(\.values), checkpoint.optimizerState["b"]!.map(\.values))
    }
}
