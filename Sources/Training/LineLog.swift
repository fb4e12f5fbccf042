import DurableFiles
import Foundation
import Locking

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

    /// Starts a log with a first line, or takes one up again.
    ///
    /// - Parameter isKept: whether a line of an existing file stays; half a line does not.
    /// - Throws: `TrainingError.runDirectory` if it cannot be written.
    init(path: String, header: String?, collecting: Collecting? = nil, isKept: (Substring) -> Bool) throws {
        self.path = path
        self.collecting = collecting
        let text = (FileManager.default.contents(atPath: path)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let whole = text.lastIndex(of: "\n").map { text[..<$0] } ?? ""
        let kept = whole.split(separator: "\n").filter { String($0) != header && isKept($0) }
        let lines = (header.map { [$0[...]] } ?? []) + kept
        let bytes = Array(lines.map { $0 + "\n" }.joined().utf8)
        state = Locked(State(length: bytes.count))
        do {
            try DurableFile(path, replacing: true).write(bytes)
        } catch let error as DurableFileError {
            throw TrainingError.runDirectory(path: path, problem: error.reason)
        }
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

    private func failure(_ code: Int32) -> TrainingError {
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
