import Foundation

/// Says that somebody makes a file in a directory, to those who would remove what is left of files in the making: a
/// lock on the directory itself, shared by all who do. The system takes it back when its owner ends, however that
/// happens.
///
/// Where there are no locks, or whoever makes the directory has all of it, it says nothing, and nothing is removed
/// there.
final class DirectoryPresence {
    private let descriptor: Int32

    init(_ directory: String) {
        descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        // Who removes leftovers has it all for less than a millisecond.
        for _ in 0..<3 {
            if flock(descriptor, LOCK_SH | LOCK_NB) == 0 || (errno != EWOULDBLOCK && errno != EINTR) { return }
            usleep(1000)
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Finds files, and hands them to `body` if nobody makes one in the directory: whoever made one of those that were
    /// found had said so before.
    static func ifNobodyElse(in directory: String, _ find: () -> [String], _ body: ([String]) -> Void) {
        let found = find()
        guard !found.isEmpty else { return }
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EINTR else { return }
        }
        body(found)
    }
}
