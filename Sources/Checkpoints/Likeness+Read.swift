import Datasets
import Foundation

extension Likeness {
    /// Reads what a file says of the data that a network was trained on: a checkpoint, or the data set itself.
    ///
    /// - Throws: what `Checkpoint.read` and `Dataset.load` throw; `CheckpointError` for a checkpoint from before they
    ///   kept what they were trained on.
    package init(contentsOf path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else {
            throw DatasetError(
                .missingFile, file: path, expected: "a data set or a checkpoint", found: "no such file",
                advice: "Check the path.")
        }
        do {
            let checkpoint = try Checkpoint.read(path)
            guard let contract = checkpoint.data else {
                throw CheckpointError(
                    .unsupportedVersion, path,
                    "expected a checkpoint that says what it was trained on, found one from before they did: name the data "
                        + "set that it was trained on instead")
            }
            self.init(path: path, contract: contract)
        } catch let error as CheckpointError where error.reason == .notACheckpoint {
            try self.init(dataset: path)
        }
    }
}
