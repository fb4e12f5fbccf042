import Foundation

extension HDF5 {
    /// Has the process end with a message and exit status 1, and no signal, when the library crashes while it reads a file.
    ///
    /// For programs; what else crashes is left to whoever had the signals before. A trial (`setTrial`) comes first and finds
    /// nearly all such files. What it cannot find depends on what happens to be in memory: 1.10.8 reads beyond the end of a
    /// table when a text's place in a heap is one that the heap has not (H5HG_read).
    ///
    /// - Parameter prefix: begins the message.
    public static func reportCrashes(prefix: String) {
        locked { CrashReport.begin(prefix) }
    }
}

/// What a handler of signals needs to know. It lies in memory that is never moved or freed, since little may be done there.
///
/// Written under the library's lock; read by a handler on the thread that holds it.
enum CrashReport {
    private static let signals = [SIGSEGV, SIGABRT, SIGFPE, SIGBUS]
    private static let capacity = 8192

    private nonisolated(unsafe) static var isOn = false
    /// The thread that is inside the library.
    private nonisolated(unsafe) static var thread: pthread_t?
    private nonisolated(unsafe) static var prefix = ""
    private nonisolated(unsafe) static let message = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    private nonisolated(unsafe) static var messageCount = 0
    private nonisolated(unsafe) static let before = UnsafeMutablePointer<sigaction>.allocate(capacity: 65)

    fileprivate static func begin(_ prefix: String) {
        guard !isOn else { return }
        (self.prefix, isOn) = (prefix, true)
        reading("a file")
        for signal in signals {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { CrashReport.handle($0) }
            sigaction(signal, &action, before + Int(signal))
        }
    }

    /// A file was opened: it is the one that is named.
    static func reading(_ path: String) {
        guard isOn else { return }
        let text =
            "\(prefix)\(path): the HDF5 library crashed while it read the file: it is damaged, or made to do harm\n"
        messageCount = 0
        for byte in text.utf8.prefix(capacity) {
            // Bytes that a terminal would act on, but for the last.
            message[messageCount] = byte < 0x20 && byte != 0x0A ? 0x3F : byte
            messageCount += 1
        }
    }

    /// Runs a call of the library.
    static func during<R>(_ body: () -> R) -> R {
        let outer = thread
        thread = pthread_self()
        defer { thread = outer }
        return body()
    }

    private static func handle(_ signal: Int32) {
        if thread == pthread_self() {
            _ = write(STDERR_FILENO, message, messageCount)
            _exit(1)
        }
        // Back to where it happened, which happens again under the handler of before.
        sigaction(signal, before + Int(signal), nil)
    }
}
