import Checkpoints
import Datasets
import XCTest

extension Checkpoint {
    /// A small checkpoint with every field set; `step` shifts its numbers.
    static func sample(step: Int = 1234, data: DataContract? = .sample) -> Checkpoint {
        func tensors(_ offset: Float) -> [Tensor] {
            [
                Tensor(name: "linear1/weight", shape: [3, 4], values: (0..<12).map { Float($0) * 0.1 + offset }),
                Tensor(name: "linear1/bias", shape: [4], values: [0, -0.0, .pi, .leastNonzeroMagnitude]),
                Tensor(name: "block/linear2/weight", shape: [4, 2], values: (0..<8).map { -Float($0) + offset }),
            ]
        }
        var progress = Progress()
        progress.step = step
        progress.epoch = 3
        progress.samplesIntoEpoch = 512
        progress.epochLoss = 0.1 + 0.2
        progress.epochWeight = 384.5
        progress.epochCorrect = 400
        progress.bestMetric = 0.125
        progress.bestEpoch = 2
        progress.epochsWithoutImprovement = 1
        return Checkpoint(
            parameters: tensors(Float(step)),
            optimizerState: ["firstMoment": tensors(0.5), "secondMoment": tensors(0.25)],
            progress: progress, configuration: "network:\n  - linear: 4  # größe\n", seed: .max, batchSize: 256,
            shards: 8, inputShape: [1, 28, 28], classNames: ["T-shirt/top", "größe", ""], data: data,
            datasetDigest: "00112233445566ff", networkDigest: "ffeeddccbbaa9988",
            writtenBy: Writer(version: "0.1.0", bitsVersion: 3, workers: 2, instructionSet: "avx2"))
    }
}

extension DataContract {
    /// One with every field set that classes can have.
    static let sample = DataContract(
        inputShape: [1, 28, 28], storesBytes: true, featureNames: (0..<28).map { "column \($0)" },
        normalization: NormalizationValues(mean: [0.1], standardDeviation: [1.0 / 3]),
        transformation: NormalizationValues(scale: [0.5], offset: (0..<28).map { Double($0) / 7 }),
        targetKind: .classes(count: 3), classNames: ["T-shirt/top", "größe", ""], targetNames: ["kind"])
}

/// Passes if both checkpoints are equal, bit by bit.
func assertEqual(
    _ first: Checkpoint, _ second: Checkpoint, file: StaticString = #filePath, line: UInt = #line
) {
    XCTAssertNil(first.difference(from: second), file: file, line: line)
    XCTAssertEqual(first.fingerprint, second.fingerprint, file: file, line: line)
    XCTAssertEqual(first.parameters.map(\.name), second.parameters.map(\.name), file: file, line: line)
    XCTAssertEqual(first.progress, second.progress, file: file, line: line)
    XCTAssertEqual(first.configuration, second.configuration, file: file, line: line)
    XCTAssertEqual(first.seed, second.seed, file: file, line: line)
    XCTAssertEqual(first.batchSize, second.batchSize, file: file, line: line)
    XCTAssertEqual(first.shards, second.shards, file: file, line: line)
    XCTAssertEqual(first.inputShape, second.inputShape, file: file, line: line)
    XCTAssertEqual(first.classNames, second.classNames, file: file, line: line)
    XCTAssertEqual(first.data, second.data, file: file, line: line)
    XCTAssertEqual(first.datasetDigest, second.datasetDigest, file: file, line: line)
    XCTAssertEqual(first.networkDigest, second.networkDigest, file: file, line: line)
    XCTAssertEqual(first.writtenBy, second.writtenBy, file: file, line: line)
}

/// Passes if `body` throws a `CheckpointError` of that reason whose text contains every one of `words`.
func assertRefuses<R>(
    _ reason: CheckpointError.Reason, _ words: String..., file: StaticString = #filePath, line: UInt = #line,
    _ body: () throws -> R
) {
    do {
        _ = try body()
        XCTFail("expected an error \(reason), found none", file: file, line: line)
    } catch let error as CheckpointError {
        XCTAssertEqual(error.reason, reason, "\(error)", file: file, line: line)
        for word in words where !error.description.contains(word) {
            XCTFail("'\(word)' is missing in: \(error)", file: file, line: line)
        }
    } catch {
        XCTFail("expected a CheckpointError, found \(error)", file: file, line: line)
    }
}
