import DurableFiles
import Foundation
import Synchronization

/// A text file that grows by whole lines, of which those up to a checkpoint can be put on the disk.
///
/// A line that cannot be written, as on a full disk, is kept and written with the next one. A kill between two of them
/// loses at most the lines after the newest checkpoint, which a resume writes anew.
final class LineLog: Sendable {
    let path: String

    private struct State {
        /// Bytes of the file that are whole lines.
        var length: Int
        var pending = ""
    }
    private let state: Mutex<State>

    /// Starts a log with a first line, or takes one up again.
    ///
    /// - Parameter isKept: whether a line of an existing file stays; half a line does not.
    /// - Throws: `TrainingError.runDirectory` if it cannot be written.
    init(path: String, header: String?, isKept: (Substring) -> Bool) throws {
        self.path = path
        let text = (FileManager.default.contents(atPath: path)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let whole = text.lastIndex(of: "\n").map { text[..<$0] } ?? ""
        let kept = whole.split(separator: "\n").filter { String($0) != header && isKept($0) }
        let lines = (header.map { [$0[...]] } ?? []) + kept
        let bytes = Array(lines.map { $0 + "\n" }.joined().utf8)
        state = Mutex(State(length: bytes.count))
        do {
            try DurableFile(path, replacing: true).write(bytes)
        } catch let error as DurableFileError {
            throw TrainingError.runDirectory(path: path, problem: error.reason)
        }
    }

    /// Adds a line and hands it to the system.
    ///
    /// - Throws: `TrainingError.runDirectory` if it cannot be written; it is not lost.
    func append(_ line: String) throws {
        try state.withLock { state in
            state.pending += line + "\n"
            try write(&state, synchronizing: false)
        }
    }

    /// Puts all lines on the disk.
    ///
    /// - Throws: `TrainingError.runDirectory` if that cannot be done.
    func synchronize() throws { try state.withLock { try write(&$0, synchronizing: true) } }

    private func write(_ state: inout State, synchronizing: Bool) throws {
        func failure(_ code: Int32) -> TrainingError {
            .runDirectory(path: path, problem: "cannot be written: \(String(cString: strerror(code)))")
        }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure(errno) }
        defer { close(descriptor) }
        // What a write that failed left of a line.
        guard ftruncate(descriptor, off_t(state.length)) == 0 else { throw failure(errno) }
        var bytes = Array(state.pending.utf8)[...]
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
        (state.length, state.pending) = (offset, "")
        if synchronizing, fsync(descriptor) != 0 { throw failure(errno) }
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
