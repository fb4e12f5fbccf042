import CSystem
import DurableFiles
import Foundation

/// The checkpoints of one run: a directory with `step-00001234.h5` for each, and `best.h5`.
///
/// Any file in it may be damaged or half of something; nothing here trusts a name. One process writes at a time.
public struct CheckpointStore: Sendable {
    public let directory: String

    public init(directory: String) { self.directory = directory }

    /// Where the checkpoint of a step is, or would be.
    public func path(step: Int) -> String {
        let digits = String(step)
        return path("step-\(String(repeating: "0", count: max(0, 8 - digits.count)))\(digits).h5")
    }

    /// Where the best checkpoint is, or would be.
    public var bestPath: String { path("best.h5") }

    /// Steps that have a file, in ascending order. Throws `.notFound` if there is no such directory.
    public func steps() throws -> [Int] {
        try names().compactMap(Self.step).sorted()
    }

    /// Whether there is a good checkpoint of that step.
    public func contains(step: Int) -> Bool {
        (try? Checkpoint.read(path(step: step))) != nil
    }

    /// The newest checkpoint that is good, with its path. `note` hears a line about each damaged one that was passed over;
    /// if all are, the best one is tried. Throws `.notFound` if none is good.
    public func newest(_ note: (String) -> Void = { _ in }) throws -> (checkpoint: Checkpoint, path: String) {
        let candidates = try steps().reversed().map(path(step:)) + [bestPath]
        var passedOver = 0
        for candidate in candidates where candidate != bestPath || fileExists(candidate) {
            do {
                return (try Checkpoint.read(candidate), candidate)
            } catch let error as CheckpointError {
                passedOver += 1
                note("passing over a checkpoint that cannot be read: \(error)")
            }
        }
        throw CheckpointError(
            .notFound, directory,
            passedOver == 0 ? "there is no checkpoint" : "none of the \(passedOver) checkpoints can be read")
    }

    /// The best checkpoint, or nil if none was marked.
    public func best() throws -> Checkpoint? {
        fileExists(bestPath) ? try Checkpoint.read(bestPath) : nil
    }

    /// Writes the checkpoint of a step and then removes older ones, so that `keepingLast` remain. Returns its path.
    ///
    /// A damaged file that has the name is moved aside (`.damaged`). If the same checkpoint is there already, that is that;
    /// another one is an error (`.exists`).
    @discardableResult
    public func write(_ checkpoint: Checkpoint, keepingLast: Int) throws -> String {
        precondition(keepingLast > 0, "at least the new checkpoint must be kept")
        let step = checkpoint.progress.step
        let path = path(step: step)
        if fileExists(path) {
            if let present = try? Checkpoint.read(path) {
                guard present.isSameState(as: checkpoint) else {
                    throw CheckpointError(.exists, path, "another checkpoint of step \(step) exists")
                }
                return path
            }
            try moveAside(path)
        }
        try checkpoint.write(to: path)
        try prune(keepingLast: keepingLast, newest: step)
        return path
    }

    /// Makes the checkpoint of `step` the best. A hard link where the file system has them, so that it costs no space and
    /// outlives the step's own name; else a copy. Readers see the old best or the new one.
    public func markBest(step: Int) throws {
        let temporary = path(
            ".best.h5.\(String(UInt64.random(in: 0...UInt64.max), radix: 36))\(DurableFile.temporarySuffix)")
        let best = DurableFile(bestPath, replacing: true)
        if link(path(step: step), temporary) != 0 {
            guard [EPERM, ENOTSUP, EMLINK, ENOSYS].contains(errno) else {
                let code = errno
                throw CheckpointError(
                    .failed(path: bestPath, operation: "link it to \(path(step: step))", code: code))
            }
            try Checkpoint.read(path(step: step)).write(to: temporary)
        }
        guard rename(temporary, bestPath) == 0 else {
            let failure = CheckpointError(best.failure("replace it"))
            unlink(temporary)
            throw failure
        }
        // Renaming one name of a file to another of it does nothing, and leaves both.
        unlink(temporary)
        try CheckpointError.translating { try best.synchronizeDirectory() }
    }
}

extension CheckpointStore {
    /// A temporary file of this age was left by a process that was killed.
    private static let staleAge: TimeInterval = 3600

    /// Removes checkpoints older than `newest`, which was just verified, until `count` remain with it. Newer files, which can
    /// only be damaged, are left for a person to look at.
    private func prune(keepingLast count: Int, newest: Int) throws {
        let older = try steps().filter { $0 < newest }
        for step in older.dropLast(count - 1) {
            guard unlink(path(step: step)) == 0 || errno == ENOENT else {
                throw CheckpointError(DurableFile(path(step: step)).failure("remove the old checkpoint"))
            }
        }
        for name in try names() where name.hasPrefix(".") && name.hasSuffix(DurableFile.temporarySuffix) {
            let attributes = try? FileManager.default.attributesOfItem(atPath: path(name))
            guard let modified = attributes?[.modificationDate] as? Date else { continue }
            if -modified.timeIntervalSinceNow > Self.staleAge { unlink(path(name)) }
        }
    }

    private func moveAside(_ path: String) throws {
        for number in 1...1000 {
            if lockstep_rename_exclusive(path, "\(path).damaged\(number == 1 ? "" : "-\(number)")") == 0 { return }
            guard errno == EEXIST else { break }
        }
        throw CheckpointError(DurableFile(path).failure("move the damaged checkpoint aside"))
    }

    private func names() throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: directory)
        } catch {
            throw CheckpointError(.notFound, directory, "cannot list the directory of checkpoints")
        }
    }

    private func path(_ name: String) -> String { "\(directory)/\(name)" }

    private func fileExists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// 1234 for "step-00001234.h5".
    private static func step(_ name: String) -> Int? {
        guard name.hasPrefix("step-"), name.hasSuffix(".h5") else { return nil }
        let digits = name.dropFirst(5).dropLast(3)
        return digits.count >= 8 && digits.utf8.allSatisfy { (48...57).contains($0) } ? Int(digits) : nil
    }
}
