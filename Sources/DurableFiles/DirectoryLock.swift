import Foundation

/// The right to a directory in the making: whoever makes it holds it until it has its name, and whoever removes what a
/// process that was killed has left takes it first. By `flock` on the directory itself: the system takes it back when
/// its owner ends, however that happens.
final class DirectoryLock {
    enum Failure: Error {
        /// Somebody else has it.
        case taken
        /// The directory has another name by now, or none, or is something else.
        case gone
        /// The file system has no locks on directories.
        case unsupported
    }

    private let descriptor: Int32

    init(_ path: String) throws(Failure) {
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw .gone }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            if code == EINTR { continue }
            close(descriptor)
            throw code == EWOULDBLOCK ? .taken : .unsupported
        }
        // Between the two it may have been renamed by its owner, or removed.
        var (held, named) = (stat(), stat())
        guard fstat(descriptor, &held) == 0, lstat(path, &named) == 0, held.st_dev == named.st_dev,
            held.st_ino == named.st_ino
        else {
            close(descriptor)
            throw .gone
        }
    }

    deinit { close(descriptor) }
}
