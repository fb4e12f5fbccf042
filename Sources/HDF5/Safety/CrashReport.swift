import CSystem
import Foundation

extension HDF5Library {
    /// Has the process end with a message and exit status 1, and no signal, when the library crashes while it reads a
    /// file.
    ///
    /// For programs; what else crashes is left to whoever had the signals before. A trial (`setTrial`) comes first and
    /// finds nearly all such files; the rest crash in one run and not in another (H5HG_read in 1.10.8).
    ///
    /// - Parameter prefix: begins the message.
    package static func reportCrashes(prefix: String) {
        locked { CrashReport.begin(prefix) }
    }

    /// Has a failure of the library to allocate be called a want of memory only if this process's limit of address
    /// space is below `bytes`, and damage else. Without this call any limit counts. Call it before setting a limit of
    /// one's own.
    package static func callMemoryShort(below bytes: Int) {
        locked { CrashReport.isLimited = CrashReport.isLimited(below: bytes) }
    }
}

/// What a handler of signals needs to know. It lies in memory that is never moved or freed, since little may be done
/// there.
///
/// Written under the library's lock; read by a handler on the thread that holds it.
enum CrashReport {
    private static let signals = [SIGSEGV, SIGABRT, SIGFPE, SIGBUS]
    private static let capacity = 8192

    private nonisolated(unsafe) static var isOn = false
    /// The thread that is inside the library, and the file that it works on there.
    private nonisolated(unsafe) static var thread: pthread_t?
    private nonisolated(unsafe) static var file: String?
    private nonisolated(unsafe) static var prefix = ""
    private nonisolated(unsafe) static let message = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    private nonisolated(unsafe) static var messageCount = 0
    private nonisolated(unsafe) static let before = UnsafeMutablePointer<sigaction>.allocate(capacity: 65)

    fileprivate static func begin(_ prefix: String) {
        guard !isOn else { return }
        prepare(prefix)
        for signal in signals {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { CrashReport.handle($0) }
            // A program may have given one to its first thread.
            action.sa_flags = CInt(SA_ONSTACK)
            sigaction(signal, &action, before + Int(signal))
        }
    }

    /// Has a message ready from here on.
    static func prepare(_ prefix: String) { (self.prefix, isOn) = (prefix, true) }

    /// What would be said now.
    static var text: String {
        String(decoding: UnsafeBufferPointer(start: message, count: messageCount), as: UTF8.self)
    }

    /// Runs a call of the library on a file, which is the one that is named.
    static func during<R>(_ path: String, _ body: () -> R) -> R {
        let (outerThread, outerFile) = (thread, file)
        name(path)
        thread = pthread_self()
        defer {
            thread = outerThread
            // The library may have called us, to be called by us.
            if outerThread != nil, let outerFile { name(outerFile) }
        }
        return body()
    }

    /// Whether there is a limit of address space (`ulimit -v`): then that is what the library most likely met.
    nonisolated(unsafe) static var isLimited = isLimited(below: .max)

    fileprivate static func isLimited(below bytes: Int) -> Bool {
        var limit = rlimit()
        return getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 && limit.rlim_cur < rlim_t(bytes)
    }

    /// Makes the message, unless the last one was of the same file.
    private static func name(_ path: String) {
        guard isOn, path != file else { return }
        file = path
        let cause =
            isLimited
            ? "there is too little memory, most likely: raise the limit (ulimit -v)"
            : "it is damaged, or made to do harm"
        let text = "\(prefix)\(path): the HDF5 library crashed while it read the file: \(cause)\n"
        messageCount = 0
        for byte in text.utf8.prefix(capacity) {
            // Bytes that a terminal would act on, but for the last.
            message[messageCount] = byte < 0x20 && byte != 0x0A ? 0x3F : byte
            messageCount += 1
        }
    }

    private static func handle(_ signal: Int32) {
        if thread == pthread_self() {
            // What was being made, which may be the file itself, read back.
            lockstep_remove_temporaries()
            _ = write(STDERR_FILENO, message, messageCount)
            _exit(1)
        }
        // Back to where it happened, which happens again under the handler of before.
        sigaction(signal, before + Int(signal), nil)
        // But not in `abort`, which ends the process by the signal when a handler returns. What is raised here is held
        // back until then, and comes before.
        if signal == SIGABRT { raise(signal) }
    }
}
