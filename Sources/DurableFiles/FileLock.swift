import Foundation
import Workers

/// The right to be the only one who does something, as a lock on a file. The system takes it back when its owner ends,
/// however that happens: no lock is ever left behind.
///
/// By `flock`, whose locks belong to the open file: others in the same process are refused as well.
///
/// Some file systems have no locks. Then nobody is refused, and whoever asks can only look at how old the file is: it
/// is touched every few seconds for as long as somebody would have it.
package final class FileLock: Sendable {
    private let descriptor: Int32
    /// Why it keeps nobody out, or nil if it does.
    package let flaw: FileLockError?
    /// Whether the touching goes on; nil where none is needed.
    private let isAlive: Locked<Bool>?

    /// How old the file is allowed to grow.
    private static let touchingSeconds: UInt32 = 10

    /// - Parameter path: the file. It is made if it is not there, and never removed: between opening and locking it,
    ///   the name could come to mean another file.
    /// - Throws: `FileLockError`.
    package init(_ path: String) throws(FileLockError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
        guard descriptor >= 0 else { throw .failed(path: path, code: errno) }
        var flaw: FileLockError?
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            if code == EINTR { continue }
            if code == EWOULDBLOCK {
                let holder = Self.holder(descriptor)
                close(descriptor)
                throw .held(path: path, by: holder)
            }
            flaw = .failed(path: path, code: code)
            break
        }
        self.flaw = flaw
        isAlive = flaw == nil ? nil : Locked(true)
        // For messages alone, so it may fail.
        let text = "process \(getpid()) on \(ProcessInfo.processInfo.hostName)\n"
        _ = ftruncate(descriptor, 0)
        _ = text.withCString { pwrite(descriptor, $0, strlen($0), 0) }
        if let isAlive { Self.keepTouching(dup(descriptor), while: isAlive) }
    }

    deinit {
        isAlive?.withLock { $0 = false }
        close(descriptor)
    }

    /// Touches a file every few seconds, and closes it in the end.
    private static func keepTouching(_ descriptor: Int32, while isAlive: Locked<Bool>) {
        let isStarted = DetachedThread.start(name: "lockstep-lock") {
            while isAlive.withLock({ $0 && futimens(descriptor, nil) == 0 }) { sleep(touchingSeconds) }
            close(descriptor)
        }
        if !isStarted { close(descriptor) }
    }

    /// Who has the lock, or nil if nobody has. To find out it is held for a moment, shared with others who ask.
    package static func holder(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_SH | LOCK_NB) != 0 {
            if errno != EINTR { return errno == EWOULDBLOCK ? holder(descriptor) : nil }
        }
        return nil
    }

    /// Who says to hold the lock, in at most 200 bytes.
    private static func holder(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 200)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        let line = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self).prefix { !$0.isNewline }
        return line.isEmpty ? "another process" : String(line)
    }
}

/// Why there is no lock.
package enum FileLockError: Error, Equatable, Sendable, CustomStringConvertible {
    case held(path: String, by: String)
    /// The system has no such file, or no locks on it.
    case failed(path: String, code: Int32)

    package var description: String {
        switch self {
        case .held(let path, let holder): "\(path): \(holder) holds this lock"
        case .failed(let path, let code): "\(path): cannot lock it: \(String(cString: strerror(code)))"
        }
    }
}
