import Checkpoints
import Datasets
import HDF5
import Networks
import RunSupport
import TestSupport
import Training
import XCTest

final class ModelParametersTests: RunTestCase {
    /// A network of two inputs and two outputs, whose answers can be worked out by hand.
    private func model() throws -> TrainedModel {
        try withNewFile(path("data.h5")) { file in
            for split in ["train", "test"] {
                try file.root.write("x_\(split)", (0..<40).map { Float($0 % 7) }, shape: [20, 2])
                try file.root.write("y_\(split)", (0..<20).map { Int32($0 % 2) })
            }
        }
        let configuration = Configuration(
            dataset: DatasetDescription(path: path("data.h5")),
            network: Network { Linear(2) }, batchSize: 20, epochs: 1)
        return try TrainedModel(TrainingRun(configuration, directory: path("run")).train().checkpoint)
    }

    func testParametersAreReadByName() throws {
        let model = try model()
        XCTAssertEqual(model.parameters.names, ["linear1/weight", "linear1/bias"])
        XCTAssertEqual(model.parameters["linear1/weight"]?.shape, [2, 2])
        XCTAssertNil(model.parameters["linear2/weight"])
        let stored = try Checkpoint.read(model.path).parameters
        for parameter in model.parameters {
            assertSameBits(parameter.values, try XCTUnwrap(stored.first { $0.name == parameter.name }).values)
        }
    }

    func testParametersThatAreSetComputeAndAreKept() throws {
        var model = try model()
        let before = model
        let old = try before.predict([1, 1]).outputs
        // y = x · weight + bias
        try model.setParameters(["linear1/weight": [1, 10, 100, 1000], "linear1/bias": [0.5, -0.5]])
        XCTAssertEqual(try model.predict([2, 3]).outputs, [302.5, 3019.5])
        XCTAssertEqual(try model.predict([[2, 3], [0, 0]]).outputs, [302.5, 3019.5, 0.5, -0.5])
        XCTAssertEqual(try before.predict([1, 1]).outputs, old)

        try model.write(to: path("changed.h5"))
        let read = try TrainedModel(path("changed.h5"))
        XCTAssertEqual(try read.predict([2, 3]).outputs, [302.5, 3019.5])
        XCTAssertEqual(try read.evaluate(split: .test).loss, try model.evaluate(split: .test).loss)
        XCTAssertThrowsError(try model.write(to: path("changed.h5")))
        let branch = try TrainingRun(
            read.configuration, from: .parameters(checkpoint: path("changed.h5")), directory: path("next"))
        let first = try TrainedModel(branch.train(steps: 0).checkpoint)
        XCTAssertEqual(first.parameters["linear1/bias"]?.values, [0.5, -0.5])
    }

    func testWhatIsWrongIsNamedAndNothingIsSet() throws {
        var model = try model()
        let old = model.parameters["linear1/weight"]!.values
        func error(_ values: [String: [Float]]) -> ParameterError? {
            do { try model.setParameters(values) } catch { return error }
            return nil
        }
        let good: [Float] = [1, 2, 3, 4]
        XCTAssertEqual(
            error(["linear1/wieght": good]), .unknown(name: "linear1/wieght", nearest: "linear1/weight"))
        XCTAssertEqual(
            error(["linear1/weight": good, "linear1/bias": [1]]),
            .wrongCount(name: "linear1/bias", shape: [2], expected: 2, found: 1))
        XCTAssertEqual(
            error(["linear1/weight": [1, 2, .infinity, 4]]),
            .notFinite(name: "linear1/weight", index: 2, found: .infinity))
        assertSameBits(model.parameters["linear1/weight"]!.values, old)
    }
}
