import DurableFiles
import Foundation
import Threads

/// A text file that grows by whole lines, of which those up to a checkpoint can be put on the disk.
///
/// A line that cannot be written, as on a full disk, is kept and written with the next one. A kill between two of them
/// loses at most the lines after the newest checkpoint, which a resume writes anew.
final class LineLog: Sendable {
    let path: String
    /// Lines are collected until there are so many bytes of them, or until so long after the last were written; each is
    /// written at once if nil.
    private let collecting: Collecting?

    struct Collecting: Sendable {
        var bytes = 64 << 10
        var time = Duration.milliseconds(100)
    }

    private struct State {
        /// Bytes of the file that are whole lines.
        var length: Int
        var pending: [UInt8] = []
        var lastWrite = ContinuousClock.now
    }
    private let state: Locked<State>

    /// Lines that wait for a disk with room take this much memory at most; further ones are lost.
    private static let mostPending = 64 << 20

    /// Starts a log with a first line, or takes one up again: cuts off what comes after the last line that stays.
    ///
    /// A log may have a line for each of millions of steps, so it is read from its end, and not written anew.
    ///
    /// - Parameter isKept: whether the log may end with a line of an existing file; asked from the last line on, until one
    ///   stays. Half a line never does.
    /// - Throws: `TrainingError.runDirectory` if it cannot be read or written.
    init(path: String, header: String?, collecting: Collecting? = nil, isKept: (Substring) -> Bool) throws {
        self.path = path
        self.collecting = collecting
        let head = header.map { Array(($0 + "\n").utf8) } ?? []
        let bytes: Data
        do {
            bytes =
                FileManager.default.fileExists(atPath: path)
                ? try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped) : Data()
        } catch {
            throw TrainingError.runDirectory(path: path, problem: "cannot be read: \(error.localizedDescription)")
        }
        let length: Int
        if bytes.starts(with: head), !bytes.isEmpty {
            length = Self.end(of: bytes, after: head.count, isKept)
            if truncate(path, off_t(length)) != 0 { throw Self.failure(path, errno) }
        } else {
            // None, or of other columns: what fits stays.
            let lines = Self.lines(of: bytes).filter(isKept)
            let text = head + Array(lines.map { $0 + "\n" }.joined().utf8)
            do {
                try DurableFile(path, replacing: true).write(text)
            } catch let error as DurableFileError {
                throw TrainingError.runDirectory(path: path, problem: error.reason)
            }
            length = text.count
        }
        state = Locked(State(length: length))
    }

    /// Where the last line ends that stays.
    private static func end(of bytes: Data, after head: Int, _ isKept: (Substring) -> Bool) -> Int {
        bytes.withUnsafeBytes { bytes in
            var end = bytes.count
            // The end of the last whole line.
            while end > head, bytes[end - 1] != 0x0A { end -= 1 }
            while end > head {
                var start = end - 1
                while start > head, bytes[start - 1] != 0x0A { start -= 1 }
                if isKept(String(decoding: bytes[start..<end - 1], as: UTF8.self)[...]) { return end }
                end = start
            }
            return end
        }
    }

    /// The whole lines of a text.
    static func lines(of bytes: Data) -> [Substring] {
        let text = String(decoding: bytes, as: UTF8.self)
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().filter { !$0.isEmpty }
    }

    /// Adds a line and hands it to the system, unless lines are collected.
    ///
    /// - Throws: `TrainingError.runDirectory` if it cannot be written; it is not lost.
    func append(_ line: String) throws {
        try state.withLock { state in
            if state.pending.count < Self.mostPending {
                state.pending.append(contentsOf: line.utf8)
                state.pending.append(0x0A)
            }
            if let collecting, state.pending.count < collecting.bytes, .now - state.lastWrite < collecting.time {
                return
            }
            try write(&state)
        }
    }

    /// Puts all lines on the disk. Lines may be added meanwhile.
    ///
    /// - Throws: `TrainingError.runDirectory` if that cannot be done.
    func synchronize() throws {
        try state.withLock { try write(&$0) }
        let descriptor = try openFile()
        defer { close(descriptor) }
        if fsync(descriptor) != 0 { throw failure(errno) }
    }

    private func failure(_ code: Int32) -> TrainingError { Self.failure(path, code) }

    private static func failure(_ path: String, _ code: Int32) -> TrainingError {
        .runDirectory(path: path, problem: "cannot be written: \(String(cString: strerror(code)))")
    }

    private func openFile() throws -> Int32 {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure(errno) }
        return descriptor
    }

    private func write(_ state: inout State) throws {
        // Also after a failure: a disk that is full is not asked again with every line.
        state.lastWrite = .now
        let descriptor = try openFile()
        defer { close(descriptor) }
        // What a write that failed left of a line.
        guard ftruncate(descriptor, off_t(state.length)) == 0 else { throw failure(errno) }
        var bytes = state.pending[...]
        var offset = state.length
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else {
                let code = errno
                _ = ftruncate(descriptor, off_t(state.length))
                throw failure(code)
            }
            bytes = bytes.dropFirst(written)
            offset += written
        }
        state.length = offset
        state.pending.removeAll(keepingCapacity: true)
    }
}

extension DurableFileError {
    /// What went wrong, without the path.
    var reason: String {
        switch self {
        case .exists: "already there"
        case .failed(_, let operation, let code): "cannot \(operation): \(String(cString: strerror(code)))"
        }
    }
}
