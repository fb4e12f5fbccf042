import DurableFiles
import Foundation
import Workers

/// `workers` in the directory of a run that trains: the number of its workers, which whoever changes the file changes.
///
/// A file, and no signals: it says an exact number, means one run among many, and needs neither the process nor the
/// rights to signal it, so that it works from another container, too. The run looks at it between steps, a few times a
/// second; the file goes when the training ends.
final class WorkerControl {
    /// What somebody has written.
    enum Request: Equatable {
        case workers(WorkerCount)
        /// What is no number of workers.
        case nonsense(String)
    }

    /// What tells one version of a file from the next.
    private struct Stamp: Equatable {
        let inode: ino_t
        let size: off_t
        let seconds: Int
        let nanoseconds: Int
    }

    private let path: String
    private let interval: Duration
    private var nextLook = ContinuousClock.now
    private var seen: Stamp?

    init(path: String, interval: Duration = .milliseconds(250)) {
        self.path = path
        self.interval = interval
    }

    /// Writes a number of workers, for a run to take.
    ///
    /// - Throws: `DurableFileError`.
    static func write(_ workers: WorkerCount, to path: String) throws {
        try DurableFile(path, replacing: true).write(Array("\(workers.text)\n".utf8))
    }

    /// Says how many workers there are, unless somebody has already said how many there should be.
    func begin(workers: Int) {
        seen = nil
        nextLook = .now
        guard stamp() == nil else { return }
        publish(workers)
    }

    /// Says how many workers there are. A file that cannot be written is no reason to end a run.
    func publish(_ workers: Int) {
        try? Self.write(.exactly(workers), to: path)
        seen = stamp()
    }

    /// Takes the file away.
    func end() { unlink(path) }

    /// What somebody has written since the last look; nil most of the time.
    func look() -> Request? {
        let now = ContinuousClock.now
        guard now >= nextLook else { return nil }
        nextLook = now + interval
        guard let stamp = stamp(), stamp != seen else { return nil }
        guard let text = contents() else {
            seen = stamp
            return .nonsense("a file that cannot be read")
        }
        // Between making a file and writing it.
        guard !text.isEmpty else { return nil }
        seen = stamp
        return WorkerCount(text).map { .workers($0) } ?? .nonsense("'\(text)'")
    }

    private func stamp() -> Stamp? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Stamp(
            inode: status.st_ino, size: status.st_size, seconds: status.st_mtim.tv_sec,
            nanoseconds: status.st_mtim.tv_nsec)
    }

    /// What is in the file, up to some bytes; it may be anything, a pipe too.
    private func contents() -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 40)
        let count = read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { return nil }
        return String(decoding: bytes.prefix(count), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

extension RunDirectory {
    /// How many workers train in it, or who does: nil if nobody does.
    package var workersOfTraining: (workers: Int?, holder: String)? {
        guard let holder = FileLock.holder(of: lockPath) else { return nil }
        let text = (try? String(contentsOfFile: workersPath, encoding: .utf8)) ?? ""
        return (Int(text.trimmingCharacters(in: .whitespacesAndNewlines)), holder)
    }

    /// Asks the process that trains in it to go on with another number of workers after the step that it is at.
    ///
    /// - Throws: `TrainingError.runDirectory` if none does, or if that cannot be written.
    package func request(_ workers: WorkerCount) throws {
        guard FileLock.holder(of: lockPath) != nil else { throw nobodyTrains }
        do {
            try WorkerControl.write(workers, to: workersPath)
        } catch let error as DurableFileError {
            throw TrainingError.runDirectory(path: workersPath, problem: error.reason)
        }
    }

    /// The error for asking about the workers of a run that has none.
    package var nobodyTrains: TrainingError {
        .runDirectory(path: path, problem: "nobody is training in it: `lockstep resume \(path) --workers N` does")
    }
}
