import Checkpoints
import Datasets
import Foundation
import Workers

/// What a file means to Lockstep, above what HDF5 says of it: a checkpoint, a data set, or nothing.
struct FileSummary {
    let lines: [String]

    /// - Parameter size: bytes of the file.
    /// - Throws: `CheckpointError` for a checkpoint that is damaged.
    init(path: String, size: Int) throws {
        if let checkpoint = try Self.checkpoint(path) {
            lines = try CheckpointSummary(checkpoint, path: path).lines + [""]
        } else {
            lines = Self.datasetLines(path, size: size)
        }
    }

    private static func checkpoint(_ path: String) throws -> Checkpoint? {
        do {
            return try Checkpoint.read(path)
        } catch let error as CheckpointError where error.reason == .notACheckpoint {
            return nil
        }
    }

    /// A data set is loaded whole, as training would do; one that cannot be is no error, since the file may be none.
    private static func datasetLines(_ path: String, size: Int) -> [String] {
        do {
            guard size < UsableMemory.limit.bytes / 4 else {
                return ["too large to be loaded and summarized as a data set", ""]
            }
            return DatasetSummary(try Dataset.load(.file(path), targets: .optional)).lines + [""]
        } catch let error as DatasetError where error.kind == .missingObject {
            return []
        } catch {
            return ["cannot be used as a data set: \("\(error)".escaped)", ""]
        }
    }
}
