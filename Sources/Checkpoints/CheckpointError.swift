import DurableFiles
import Foundation
import HDF5

/// Why a checkpoint cannot be read or written.
public struct CheckpointError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Reason: Equatable, Sendable {
        /// No such file, or no checkpoint in the directory.
        case notFound
        /// An HDF5 file of something else, or no HDF5 file.
        case notACheckpoint
        /// Written by a newer program.
        case unsupportedVersion
        /// The file ends too early.
        case truncated
        /// The content is not what was written.
        case damaged
        case missingTensor
        case wrongShape
        /// Something of that name is there; checkpoints are never overwritten.
        case exists
        /// The system gave no memory to read it in; it may be as good as any.
        case outOfMemory
        /// A full disk, a directory that is missing or not writable.
        case cannotWrite
    }

    public let reason: Reason
    public let path: String
    /// What was expected, what was found, what to do.
    public let message: String

    public var description: String { "\(path): \(message)" }

    init(_ reason: Reason, _ path: String, _ message: String) {
        self.reason = reason
        self.path = path
        self.message = message
    }

    /// What an error of the HDF5 layer means while a checkpoint is read.
    init(reading path: String, _ error: HDF5Error) {
        let place = error.object.map { "\($0): " } ?? ""
        let library = error.libraryMessage.map { " [HDF5: \($0)]" } ?? ""
        let text = "\(place)\(error.message)\(library)"
        switch error.kind {
        case .notFound where error.object == nil: self.init(.notFound, path, "no such checkpoint")
        case .notHDF5: self.init(.notACheckpoint, path, "expected a checkpoint, found no HDF5 file")
        case .truncated: self.init(.truncated, path, "the checkpoint is truncated: \(text)")
        case .outOfMemory: self.init(.outOfMemory, path, "cannot read the checkpoint: \(text)")
        default: self.init(.damaged, path, "the checkpoint is damaged: \(text)")
        }
    }

    /// What it means that a file could not be written.
    init(_ error: DurableFileError) {
        switch error {
        case .exists(let path):
            self.init(.exists, path, "something of that name exists; checkpoints are never overwritten")
        case .failed(let path, let operation, let code):
            self.init(.cannotWrite, path, "cannot \(operation): \(String(cString: strerror(code)))")
        }
    }

    /// Runs what writes files, with their errors as those of a checkpoint.
    static func translating<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as DurableFileError {
            throw CheckpointError(error)
        }
    }
}
