import Foundation
import HDF5
import Workers

/// Lets another process look at each HDF5 file before this one does, and crash in its place.
///
/// The other process is this program again, with limits. It takes 10 to 20 ms, and what it has read is in the system's
/// cache.
enum FileTrial {
    private static let argument = "--try-file"

    /// Seconds of processor time that the structure of a file may take. An object is 200 bytes or more and takes a
    /// third of a millisecond, so that a good file takes about a second for each MiB that is not data.
    ///
    /// - Parameter size: bytes in the file.
    static func mostSeconds(size: Int) -> Int { min(5 + size >> 18, 600) }

    /// Bytes of address space that it may take.
    private static let mostMemory = 768 << 20

    /// The file that this process was started to try.
    static var requested: String? {
        let words = CommandLine.arguments
        return words.count == 3 && words[1] == argument ? words[2] : nil
    }

    /// Tries a file, and ends the process.
    static func serve(_ path: String) -> Never {
        // At the first of these limits there is a signal that tells, at the second SIGKILL.
        let seconds = mostSeconds(size: size(of: path))
        limit(RLIMIT_CPU, seconds, seconds + 1)
        // Where there is as much as the limit set here, want of memory is the file's doing.
        HDF5Library.callMemoryShort(below: mostMemory)
        // A sanitizer has reserved more than that already, and could not go on.
        if addressSpace < mostMemory { limit(RLIMIT_AS, mostMemory, mostMemory) }
        limit(RLIMIT_CORE, 0, 0)
        print(HDF5File.tryOut(path) ?? "", terminator: "")
        // Nothing else of this process may decide its exit code, such as a search for leaks at its end.
        _exit(fflush(nil) == 0 ? 0 : 1)
    }

    /// Bytes in a file; 0 if there is none.
    private static func size(of path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    /// Bytes of address space that this process has; 0 if the system does not tell.
    private static var addressSpace: Int {
        let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        return (text?.split(separator: " ").first.flatMap { Int($0) } ?? 0) * Int(getpagesize())
    }

    private static func limit(_ resource: __rlimit_resource, _ value: Int, _ most: Int) {
        var limit = rlimit(rlim_cur: rlim_t(value), rlim_max: rlim_t(most))
        setrlimit(__rlimit_resource_t(resource.rawValue), &limit)
    }

    /// Has files tried from here on.
    ///
    /// - Parameter program: what tries them, called as this program is; another one only in tests.
    static func begin(program: String = "/proc/self/exe") {
        HDF5Library.setTrial { path in
            do throws(Failure) {
                let (status, text) = try spawn(program, path)
                let problem = problem(status, size: size(of: path)) ?? (text.isEmpty ? nil : text)
                return problem.map { .init($0, isMemoryShort: $0.contains("too little memory")) }
            } catch {
                return .init(
                    "no process could be started to try it in: \(String(cString: strerror(error.code)))",
                    isMemoryShort: error.code == ENOMEM || error.code == EAGAIN)
            }
        }
    }

    /// What it means that the other process ended like that, or nil if all is well.
    ///
    /// - Parameters:
    ///   - status: as `waitpid` gives it.
    ///   - size: bytes in the file.
    static func problem(_ status: Int32, size: Int) -> String? {
        let (signal, code) = (status & 0x7F, status >> 8 & 0xFF)
        if signal != 0 || code != 0, let limit = AddressSpace.limit, limit < mostMemory {
            return
                "there is too little memory to try it in: expected \(mostMemory.byteSize) of address space, found a limit of "
                + "\(limit.byteSize): raise it (ulimit -v)"
        }
        switch signal {
        case 0:
            // A trial that did not take place says nothing of the file, which may be as bad as any.
            return code == 0 ? nil : "the process that was to try it could not: it ended with exit code \(code)"
        case SIGXCPU:
            return
                "to go through its structure takes more than the \(mostSeconds(size: size)) seconds of processor time that a "
                + "file of \(size.byteSize) is given: it has very many objects for its size, or is damaged. Put what "
                + "is to be read into a file with fewer objects, such as one data set with many rows"
        case SIGKILL, SIGTERM, SIGINT, SIGHUP:
            return "the process that tried to read it was ended by signal \(signal)"
        default:
            return "the HDF5 library crashes on it (signal \(signal)): it is damaged, or made to do harm"
        }
    }

    /// A system call's error code.
    private struct Failure: Error { let code: Int32 }

    /// - Returns: how the other process ended and what it said.
    /// - Throws: `Failure` if none could be started.
    private static func spawn(_ program: String, _ path: String) throws(Failure) -> (status: Int32, text: String) {
        let pipe = Pipe()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in [STDIN_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, pipe.fileHandleForWriting.fileDescriptor, STDOUT_FILENO)
        // This process may have blocked signals for a thread of its own to wait for.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        func pointers(_ words: [String]) -> [UnsafeMutablePointer<CChar>?] { words.map { strdup($0) } + [nil] }
        var words = pointers(["lockstep", argument, path])
        // The allocator fills memory there: what would crash now and then, crashes.
        var environment = pointers(["SWIFT_BACKTRACE=enable=no", "MALLOC_PERTURB_=85"])
        defer { for word in words + environment { free(word) } }
        var process = pid_t()
        let code = posix_spawn(&process, program, &actions, &attributes, &words, &environment)
        guard code == 0 else { throw Failure(code: code) }
        // The end that the other process has is now the last one.
        try? pipe.fileHandleForWriting.close()
        let text = (try? pipe.fileHandleForReading.readToEnd()) ?? Data()
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 {
            let code = errno
            guard code == EINTR else { throw Failure(code: code) }
        }
        return (status, String(decoding: text, as: UTF8.self))
    }
}
