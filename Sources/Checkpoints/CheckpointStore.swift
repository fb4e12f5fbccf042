import CSystem
import DurableFiles
import Foundation
import HDF5

/// The checkpoints of one run: a directory with `step-00001234.h5` for each, and `best.h5`.
///
/// Any file in it may be damaged or half of something; nothing here trusts a name. One process writes at a time.
package struct CheckpointStore: Sendable {
    package let directory: String

    package init(directory: String) { self.directory = directory }

    /// Where the checkpoint of a step is, or would be.
    package func path(step: Int) -> String {
        let digits = String(step)
        return path("step-\(String(repeating: "0", count: max(0, 8 - digits.count)))\(digits).h5")
    }

    /// Where the best checkpoint is, or would be.
    package var bestPath: String { path("best.h5") }

    /// Steps that have a file, in ascending order; an empty one is what a kill has left of a rename. Throws `.notFound`
    /// if there is no such directory.
    package func steps() throws -> [Int] {
        try names().compactMap(Self.step).filter { !isEmpty(path(step: $0)) }.sorted()
    }

    /// Whether there is a good checkpoint of that step.
    package func contains(step: Int) -> Bool {
        (try? Checkpoint.verify(path(step: step))) != nil
    }

    /// The newest checkpoint that is good, with its path. `note` hears a line about each damaged one that was passed
    /// over; then the best one is tried, too, and is the newest if it is of a later step than all that are good. Throws
    /// `.notFound` if none is good.
    package func newest(_ note: (String) -> Void = { _ in }) throws -> (checkpoint: Checkpoint, path: String) {
        var passedOver = 0
        func read(_ path: String) throws -> Checkpoint? {
            do {
                return try Checkpoint.read(path)
            } catch let error as CheckpointError where error.reason != .outOfMemory {
                passedOver += 1
                note("passing over a checkpoint that cannot be read: \(error)")
                return nil
            }
        }
        var found: (checkpoint: Checkpoint, path: String)?
        for candidate in try steps().reversed().map(path(step:)) {
            guard let checkpoint = try read(candidate) else { continue }
            found = (checkpoint, candidate)
            break
        }
        if found == nil || passedOver > 0, fileExists(bestPath), let best = try read(bestPath),
            best.progress.step > found?.checkpoint.progress.step ?? -1
        {
            found = (best, bestPath)
        }
        guard let found else {
            throw CheckpointError(
                .notFound, directory,
                passedOver == 0 ? "there is no checkpoint" : "none of the \(passedOver) checkpoints can be read")
        }
        return found
    }

    /// The best checkpoint, or nil if none was marked.
    ///
    /// - Parameter isKept: which moments are wanted, by name.
    package func best(keeping isKept: (String) -> Bool = { _ in true }) throws -> Checkpoint? {
        fileExists(bestPath) ? try Checkpoint.read(bestPath, keeping: isKept) : nil
    }

    /// How far the run was when the best checkpoint was written, as the file says; nil where there is none.
    package func bestProgress() throws -> Checkpoint.Progress? {
        fileExists(bestPath) ? try Checkpoint.readProgress(bestPath) : nil
    }

    /// Which checkpoints stay when a new one is written. The new one and `best.h5` always do.
    package struct Retention: Sendable, Equatable {
        /// How many of the newest, at least 1.
        package var last: Int
        /// Checkpoints of steps that are multiples of this stay for ever; nil for none.
        package var every: Int?

        package init(last: Int, every: Int? = nil) {
            precondition(last > 0 && every ?? 1 > 0, "at least the new checkpoint must be kept")
            self.last = last
            self.every = every
        }
    }

    /// Writes the checkpoint of a step, verifies it, and then removes older ones. Returns its path.
    ///
    /// A damaged file that has the name is moved aside (`.damaged`). If the same checkpoint is there already, that is
    /// that; one of before the epoch's validation is replaced; another one is an error (`.exists`).
    @discardableResult
    package func write(_ checkpoint: Checkpoint, keeping retention: Retention) throws -> String {
        let path = try checkpoint.lending { try write($0, buffer: HDF5ImageBuffer()) }
        try prune(keeping: retention, newest: checkpoint.progress.step)
        return path
    }

    /// Writes and verifies a checkpoint whose tensors are lent, and removes none.
    ///
    /// - Parameter buffer: memory to make the file in; used by one caller at a time.
    @discardableResult
    package func write(_ checkpoint: LentCheckpoint, buffer: HDF5ImageBuffer) throws -> String {
        let step = checkpoint.constants.progress.step
        let path = path(step: step)
        var replaces = false
        if fileExists(path) {
            if let present = try Self.verified(path) {
                let new = checkpoint.contents
                if present.stateDigest == new.stateDigest { return path }
                guard present.constants.progress.epoch < new.constants.progress.epoch,
                    present.parameters == new.parameters
                else { throw CheckpointError(.exists, path, "another checkpoint of step \(step) exists") }
                replaces = true
            } else {
                try moveAside(path)
            }
        }
        try checkpoint.write(to: path, replacing: replaces, buffer: buffer)
        return path
    }
}

extension CheckpointStore {
    /// Removes checkpoints older than `newest`, which was just verified, but those to keep. Newer files, which can only
    /// be damaged, are left for a person to look at. What is temporary was left by a process that was killed, since
    /// nothing else is being written now.
    ///
    /// - Parameter kept: the step of one more to keep.
    package func prune(keeping retention: Retention, newest: Int, besides kept: Int? = nil) throws {
        let older = try steps().filter { $0 < newest }
        for step in older.dropLast(retention.last - 1) {
            if let every = retention.every, step.isMultiple(of: every) { continue }
            if step == kept { continue }
            guard unlink(path(step: step)) == 0 || errno == ENOENT else {
                throw CheckpointError(DurableFile(path(step: step)).failure("remove the old checkpoint"))
            }
        }
        for name in try names() where name.hasPrefix(".") && name.hasSuffix(Temporaries.suffix) { unlink(path(name)) }
    }

    /// What is in a file, or nil if it is damaged. Throws `.outOfMemory` where nobody can tell.
    private static func verified(_ path: String) throws -> CheckpointContents? {
        do {
            return try Checkpoint.verify(path)
        } catch let error as CheckpointError where error.reason != .outOfMemory {
            return nil
        }
    }

    func moveAside(_ path: String) throws {
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

    private func isEmpty(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_size == 0
    }

    private func path(_ name: String) -> String { "\(directory)/\(name)" }

    func fileExists(_ path: String) -> Bool {
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
