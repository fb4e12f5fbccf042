import Datasets
import XCTest

final class SyntheticTests: XCTestCase {
    private func load(_ synthetic: SyntheticDescription) throws -> Dataset {
        try Dataset.load(DatasetDescription(synthetic: synthetic))
    }

    func testThereAreAsManyClassesAsAskedForWhateverIsDrawn() throws {
        for classes in [2, 999, 1001, 8000] {
            let description = SyntheticDescription(inputs: [2], classes: classes, samples: 40, validation: 3)
            XCTAssertEqual(try load(description).targetKind, .classes(count: classes))
        }
    }

    func testShapesAndClassesAreAsDescribed() throws {
        let dataset = try load(
            SyntheticDescription(inputs: [4, 5], classes: 3, samples: 90, validation: 20, test: 10))
        XCTAssertEqual(dataset.splits.map { dataset[$0]!.count }, [90, 20, 10])
        XCTAssertEqual(dataset.inputShape, [4, 5])
        XCTAssertEqual(dataset.targetKind, .classes(count: 3))
        XCTAssertEqual(Set(dataset[.train]!.labels()), [0, 1, 2])
        XCTAssertEqual(dataset.name, "synthetic")
    }

    func testThereAreAsManyClassesAsAreDeclaredWhateverIsDrawn() throws {
        for (classes, samples) in [(1, 5), (3, 1), (1_000, 10), (1_001, 10), (8_000, 1_000)] {
            for validationFraction in [0, 0.5] where validationFraction == 0 || samples > 1 {
                let dataset = try Dataset.load(
                    DatasetDescription(
                        synthetic: SyntheticDescription(inputs: [2], classes: classes, samples: samples),
                        validationFraction: validationFraction))
                XCTAssertEqual(dataset.targetKind, .classes(count: classes))
            }
        }
    }

    func testContentIsAFunctionOfTheDescription() throws {
        let description = SyntheticDescription(inputs: [7], classes: 3, samples: 50)
        var other = description
        other.seed = 1
        XCTAssertEqual(try load(description).digest, try load(description).digest)
        XCTAssertNotEqual(try load(description).digest, try load(other).digest)
        XCTAssertEqual(
            try load(description).digest, "c3a236af424353ba", "the same on every machine and in every release")
    }

    func testMoreSamplesBeginWithTheSameOnes() throws {
        let few = try load(SyntheticDescription(inputs: [7], classes: 3, samples: 10))[.train]!
        let many = try load(SyntheticDescription(inputs: [7], classes: 3, samples: 20))[.train]!
        XCTAssertEqual(few.batch(), many.batch((0..<10).map { $0 }))
    }

    func testInputsAreNormalizedAsDescribed() throws {
        let synthetic = SyntheticDescription(inputs: [3, 4, 2], classes: 2, samples: 60, test: 10)
        func load(_ normalization: NormalizationChoice, validation: Double = 0) throws -> Dataset {
            try Dataset.load(
                DatasetDescription(
                    synthetic: synthetic, validationFraction: validation, normalization: normalization))
        }
        let bytes = try load(.identity)
        for split in bytes.splits {
            let stored = try load(.stored)[split]!.batch()
            XCTAssertEqual(stored, bytes[split]!.batch().map { $0 * (1 / 255) })
            let scaled = try load(.values(NormalizationValues(scale: [2], offset: [-1])))[split]!.batch()
            XCTAssertEqual(scaled, bytes[split]!.batch().map { 2 * $0 - 1 })
        }
        XCTAssertNotEqual(try load(.identity).digest, try load(.stored).digest)
        for (normalization, features) in [(NormalizationChoice.standardize, 24), (.standardizeChannels, 2)] {
            // Of the rows that train, not of those that were cut off.
            let batch = try load(normalization, validation: 0.25)[.train]!.batch()
            XCTAssertEqual(batch.count, 45 * 24)
            for feature in 0..<features {
                let values = stride(from: feature, to: batch.count, by: features).map { Double(batch[$0]) }
                let mean = values.reduce(0, +) / Double(values.count)
                XCTAssertEqual(mean, 0, accuracy: 1e-5)
                let variance = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
                XCTAssertEqual(variance, 1, accuracy: 1e-4)
            }
        }
        XCTAssertThrowsError(try load(.values(NormalizationValues(scale: [1, 2, 3])))) {
            XCTAssert("\($0)".contains("normalization: scale"), "\($0)")
        }
    }

    func testClassesCanBeToldApart() throws {
        let table = try load(SyntheticDescription(inputs: [64], classes: 4, samples: 400))[.train]!
        let (batch, labels) = (table.batch(), table.labels())
        // The nearest mean of a class, learned from the first half, is right on the second.
        var means = [[Float]](repeating: [Float](repeating: 0, count: 64), count: 4)
        for row in 0..<200 {
            let count = Float(labels[..<200].count { $0 == labels[row] })
            for feature in 0..<64 { means[Int(labels[row])][feature] += batch[row * 64 + feature] / count }
        }
        let right = (200..<400).count { row in
            let distances = means.map { mean in
                (0..<64).reduce(Float(0)) { $0 + (mean[$1] - batch[row * 64 + $1]) * (mean[$1] - batch[row * 64 + $1]) }
            }
            return distances.firstIndex(of: distances.min()!)! == Int(labels[row])
        }
        XCTAssertGreaterThan(right, 190)
    }
}
