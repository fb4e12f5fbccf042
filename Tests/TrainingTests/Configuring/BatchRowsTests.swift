import Datasets
import Kernels
import XCTest

@testable import Networks
@testable import Training

/// Batch normalization of one value a row and channel, and batches that are too small for it.
final class BatchRowsTests: XCTestCase {
    private func configuration(
        samples: Int, batchSize: Int, shards: Int?, synchronized: Bool = false
    ) -> Configuration {
        Configuration(
            dataset: .synthetic(inputs: [3], classes: 2, samples: samples),
            network: Network {
                BatchNormalization(momentum: 0.5, synchronized: synchronized)
                Linear(2)
            }, batchSize: batchSize, shards: shards, epochs: 1, seed: 3, shuffle: .none)
    }

    private func trainer(_ configuration: Configuration) throws -> Trainer {
        try Trainer(
            configuration, dataset: try Dataset.load(configuration.dataset, relativeTo: nil), workers: .exactly(2),
            kernels: availableKernels()[0])
    }

    /// Trains an epoch.
    private func train(_ configuration: Configuration) throws -> Trainer {
        let trainer = try trainer(configuration)
        try trainer.team.region { while !trainer.isEpochComplete { _ = try trainer.step() } }
        return trainer
    }

    private func message(_ configuration: Configuration, line: UInt = #line) -> String {
        do {
            _ = try trainer(configuration)
            XCTFail("it was not refused", line: line)
            return ""
        } catch { return "\(error)" }
    }

    // MARK: Joined shards

    func testTheRunningVarianceOfAnEpochWithASmallLastBatchIsThatOfSharedShards() throws {
        // 8 rows are left for 8 shards: 4 of 2; 7 are 3 of 2, 2 and 3; 3 are one.
        for (samples, parts) in [(40, [2, 2, 2, 2]), (39, [2, 2, 3]), (35, [3]), (42, [2, 2, 2, 2, 2])] {
            let trainer = try train(configuration(samples: samples, batchSize: 32, shards: 8))
            var inputs = [Float](repeating: 0, count: 3 * samples)
            try trainer.dataset.table(.train).gatherInputs(
                (0..<Int32(samples)).map { $0 }, count: samples, into: &inputs, kernels: availableKernels()[0])
            let found = try XCTUnwrap(
                try trainer.checkpoint().parameters.first { $0.name == "batchNormalization1/variance" }?.values)
            for channel in 0..<3 {
                let values = (0..<samples).map { Double(inputs[$0 * 3 + channel]) }
                let first = meanVariance(Array(values[..<32]), parts: Array(repeating: 4, count: 8))
                let second = meanVariance(Array(values[32...]), parts: parts)
                let expected = 0.5 * (0.5 + 0.5 * first) + 0.5 * second
                XCTAssertEqual(Double(found[channel]), expected, accuracy: 1e-6 * expected, "\(samples) samples")
            }
        }
    }

    /// The mean of the parts' unbiased variances, weighted by rows.
    private func meanVariance(_ values: [Double], parts: [Int]) -> Double {
        var (first, sum) = (0, 0.0)
        for rows in parts {
            let part = values[first..<first + rows]
            let mean = part.reduce(0, +) / Double(rows)
            sum += Double(rows) * part.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows - 1)
            first += rows
        }
        XCTAssertEqual(first, values.count)
        return sum / Double(first)
    }

    func testPixelsCountAsValues() throws {
        // One row a shard, of 4 values a channel.
        var configuration = configuration(samples: 33, batchSize: 8, shards: 8)
        configuration.dataset = .synthetic(inputs: [2, 2, 3], classes: 2, samples: 33)
        configuration.network.layers.insert(GlobalAveragePool(), at: 1)
        _ = try train(configuration)
        // After pooling one is left.
        configuration.network.layers.insert(BatchNormalization(), at: 2)
        XCTAssertTrue(message(configuration).contains("since layer batchNormalization2 needs two values a channel"))
    }

    // MARK: Refusals

    func testAUsualShardOfOneRowIsRefusedWithWhatWorks() throws {
        var configuration = configuration(samples: 100, batchSize: 8, shards: 8)
        XCTAssertEqual(
            message(configuration),
            "shards: expected at least 2 rows in each, since layer batchNormalization1 needs two values a channel "
                + "for a variance, found 1 with a batchSize of 8 and 8 shards: set shards to at most 4, or batchSize to 16, or "
                + "synchronized: true for the layer")
        for shards in 1...4 {
            configuration.shards = shards
            _ = try train(configuration)
        }
        (configuration.shards, configuration.batchSize) = (8, 16)
        _ = try train(configuration)
        _ = try train(self.configuration(samples: 100, batchSize: 8, shards: 8, synchronized: true))
    }

    func testWhatIsProposedForShardsLeavesNoSingleRowEither() throws {
        // Batches of 10, 8 and 16 leave one of 81; 9 are too few.
        var configuration = configuration(samples: 81, batchSize: 8, shards: 5)
        XCTAssertEqual(
            message(configuration),
            "shards: expected at least 2 rows in each, since layer batchNormalization1 needs two values a channel "
                + "for a variance, found 1 with a batchSize of 8 and 5 shards: set batchSize to 11, or synchronized: true for "
                + "the layer")
        configuration.batchSize = 11
        _ = try train(configuration)
    }

    func testALastBatchOfOneRowIsRefusedWithTheNearestSizes() throws {
        for synchronized in [false, true] {
            var configuration = configuration(samples: 41, batchSize: 8, shards: nil, synchronized: synchronized)
            XCTAssertEqual(
                message(configuration),
                "batchSize: expected at least 2 rows in each batch, since layer batchNormalization1 needs two values a "
                    + "channel for a variance, found 1 in the last of 41 rows in batches of 8: set batchSize to 7 or 9")
            for batchSize in [7, 9] {
                configuration.batchSize = batchSize
                _ = try train(configuration)
            }
        }
    }

    func testABatchOfOneRowIsRefused() throws {
        for synchronized in [false, true] {
            XCTAssertEqual(
                message(configuration(samples: 20, batchSize: 1, shards: nil, synchronized: synchronized)),
                "batchSize: expected at least 2, since layer batchNormalization1 needs two values a channel for a variance, "
                    + "found 1: set it to 2")
            _ = try train(configuration(samples: 20, batchSize: 2, shards: nil, synchronized: synchronized))
        }
    }

    func testARowToTrainOnIsTooFew() {
        XCTAssertEqual(
            message(configuration(samples: 1, batchSize: 8, shards: 2)),
            "batchSize: expected at least 2 rows to train on, since layer batchNormalization1 needs two values a channel "
                + "for a variance, found 1 in the train split: add rows")
    }

    func testABranchInTheMiddleOfAnEpochCountsWhatIsLeft() throws {
        // 16 of 60 are behind it: 44 are left, of which batches of 43 leave one.
        let before = configuration(samples: 60, batchSize: 16, shards: 4)
        let first = try trainer(before)
        try first.team.region { _ = try first.step() }
        func branch(_ batchSize: Int) throws -> Trainer {
            var configuration = before
            configuration.batchSize = batchSize
            return try Trainer(
                resuming: first.checkpoint(), path: "memory", configuration: configuration, dataset: first.dataset,
                workers: .exactly(2), kernels: availableKernels()[0])
        }
        XCTAssertThrowsError(try branch(43)) {
            XCTAssertTrue(
                "\($0)".hasSuffix(
                    "in the last of 44 rows left of the epoch in batches of 43: set batchSize to 42 or 44"), "\($0)")
        }
        for batchSize in [42, 44] {
            let trainer = try branch(batchSize)
            try trainer.team.region { while !trainer.isEpochComplete { _ = try trainer.step() } }
        }
    }

    func testNetworksWithoutItTrainOnSingleRows() throws {
        for normalization in [LayerNormalization(), GroupNormalization(1)] as [any Layer] {
            var configuration = configuration(samples: 9, batchSize: 4, shards: 4)
            configuration.network.layers[0] = normalization
            _ = try train(configuration)
        }
    }
}
