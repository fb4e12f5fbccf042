import DurableFiles
import Foundation
import Workers

/// A text file that grows by whole lines, of which those up to a checkpoint can be put on the disk.
///
/// A line that cannot be written, as on a full disk, is kept and written with the next one, and one that is lost is
/// counted: see `takeNotices`. A kill between two of them loses at most the lines after the newest checkpoint, which a
/// resume writes anew.
final class LineLog: Sendable {
    let path: String
    /// Lines are collected until there are so many bytes of them, or until so long after the last were written; each is
    /// written at once if nil.
    private let collecting: Collecting?
    private let head: [UInt8]
    /// Lines that wait for a disk with room take this much memory at most; further ones are lost.
    private let mostPending: Int

    struct Collecting: Sendable {
        var bytes = 64 << 10
        var time = Duration.milliseconds(100)
    }

    private struct State {
        /// Bytes of the file that are whole lines.
        var length: Int
        var pending: [UInt8] = []
        var pendingLines = 0
        /// Lines that there was no memory for since the last write.
        var lost = 0
        var notices: [String] = []
        var lastWrite = ContinuousClock.now
    }
    private let state: Locked<State>

    /// Starts a log with a first line, or takes one up again: cuts off what comes after the last line that stays.
    ///
    /// A log may have a line for each of millions of steps, so it is read from its end, and not written anew.
    ///
    /// - Parameter isKept: whether the log may end with a line of an existing file; asked from the last line on, until
    ///   one stays. Half a line never does.
    /// - Throws: `TrainingError.runDirectory` if it cannot be read or written.
    init(
        path: String, header: String?, collecting: Collecting? = nil, mostPending: Int = 64 << 20,
        isKept: (Substring) -> Bool
    ) throws {
        self.path = path
        self.collecting = collecting
        self.mostPending = mostPending
        head = header.map { Array(($0 + "\n").utf8) } ?? []
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
    /// - Throws: `TrainingError.runDirectory` if it cannot be written, with the number of lines that wait.
    func append(_ line: String) throws {
        try state.withLock { state in
            // Once a line is lost those after it are too, or nobody could say where the gap is.
            if state.lost == 0, state.pending.count < mostPending {
                state.pending.append(contentsOf: line.utf8)
                state.pending.append(0x0A)
                state.pendingLines += 1
            } else {
                state.lost += 1
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

    /// What befell the log since the last call that no error says: lines that are missing in it.
    func takeNotices() -> [String] {
        state.withLock { state in
            guard !state.notices.isEmpty else { return [] }
            defer { state.notices = [] }
            return state.notices
        }
    }

    private func failure(_ code: Int32) -> TrainingError { Self.failure(path, code) }

    private static func failure(_ path: String, _ code: Int32) -> TrainingError {
        .runDirectory(path: path, problem: "cannot be written: \(String(cString: strerror(code)))")
    }

    private func openFile() throws -> Int32 {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure(errno) }
        return descriptor
    }

    private func write(_ state: inout State) throws {
        // Also after a failure: a disk that is full is not asked again with every line.
        state.lastWrite = .now
        do {
            let descriptor = try openFile()
            defer { close(descriptor) }
            let missing = try noticeLoss(descriptor, &state)
            // What a write that failed left of a line.
            guard ftruncate(descriptor, off_t(state.length)) == 0 else { throw failure(errno) }
            try write(missing + state.pending, to: descriptor, &state.length)
        } catch TrainingError.runDirectory(let path, let problem) {
            guard state.pendingLines > 0 else { throw TrainingError.runDirectory(path: path, problem: problem) }
            let lost = state.lost > 0 ? ", and \(state.lost) after them are lost" : ""
            throw TrainingError.runDirectory(
                path: path,
                problem:
                    "\(problem); \(state.pendingLines) \(state.pendingLines == 1 ? "line waits" : "lines wait") in "
                    + "memory\(lost)")
        }
        state.pending.removeAll(keepingCapacity: true)
        state.pendingLines = 0
        guard state.lost > 0 else { return }
        state.notices.append(
            "\(path): \(state.lost) lines are missing in it: there was no room for them on the disk, nor in memory")
        state.lost = 0
    }

    /// Looks whether somebody else has moved or cut the file, as programs do that rotate logs. What is written where it
    /// ended before would come after a hole.
    ///
    /// - Returns: what to write before the next line.
    private func noticeLoss(_ descriptor: Int32, _ state: inout State) throws -> [UInt8] {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(errno) }
        guard status.st_size < state.length else { return [] }
        state.notices.append(
            "\(path): somebody else has moved or cut it: of \(state.length) bytes that the run has written "
                + "\(status.st_size) are in it")
        state.length = Int(status.st_size)
        if state.length == 0 { return head }
        var last: UInt8 = 0
        return pread(descriptor, &last, 1, status.st_size - 1) == 1 && last == 0x0A ? [] : [0x0A]
    }

    /// Writes bytes where a file ends, all or none.
    private func write(_ bytes: [UInt8], to descriptor: Int32, _ length: inout Int) throws {
        var rest = bytes[...]
        var offset = length
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else {
                let code = errno
                _ = ftruncate(descriptor, off_t(length))
                throw failure(code)
            }
            rest = rest.dropFirst(written)
            offset += written
        }
        length = offset
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
