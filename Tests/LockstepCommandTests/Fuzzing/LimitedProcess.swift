import Foundation

/// A run of a program that may crash, hang or eat memory: it is watched, and stopped at limits.
struct LimitedProcess {
    /// Seconds of processor time after which it is stopped.
    var processorSeconds = 10
    /// Seconds by the clock after which it is stopped; many, since a machine has other things to do.
    var seconds = 60.0
    /// Bytes of address space, beyond which it gets no memory.
    var addressSpace = 8 << 30

    struct Outcome {
        /// The exit status, or nil if a signal ended it.
        let status: Int32?
        let signal: Int32
        let processorSeconds: Double
        let peakMemory: Int
        let hasTimedOut: Bool
        /// Standard output and standard error.
        let text: String
    }

    /// Runs it, with nothing as standard input.
    func run(_ program: String, _ arguments: [String]) throws -> Outcome {
        let output = FileManager.default.temporaryDirectory.appendingPathComponent("lockstep-\(UUID()).out").path
        defer { unlink(output) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        let limits = ["--cpu=\(processorSeconds)", "--as=\(addressSpace)", "--core=0", program]
        let words = ["/usr/bin/prlimit"] + limits + arguments
        // Memory that is freed or was never written has bytes that nobody expects.
        let environment = ["SWIFT_BACKTRACE=enable=no", "MALLOC_PERTURB_=165", "PATH=/usr/bin:/bin", "TMPDIR=/tmp"]
        var process = pid_t()
        let result = withPointers(words) { arguments in
            withPointers(environment) { posix_spawn(&process, words[0], &actions, nil, arguments, $0) }
        }
        guard result == 0 else { throw POSIXError(POSIXErrorCode(rawValue: result) ?? .EIO) }
        let (status, usage, hasTimedOut) = wait(for: process)
        let text = String(decoding: FileManager.default.contents(atPath: output) ?? Data(), as: UTF8.self)
        let signal = status & 0x7F
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return Outcome(
            status: signal == 0 ? (status >> 8) & 0xFF : nil, signal: signal,
            processorSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime), peakMemory: usage.ru_maxrss * 1024,
            hasTimedOut: hasTimedOut, text: text)
    }

    private func wait(for process: pid_t) -> (status: Int32, usage: rusage, hasTimedOut: Bool) {
        var (status, usage) = (Int32(), rusage())
        var hasTimedOut = false
        let started = ContinuousClock.now
        while wait4(process, &status, hasTimedOut ? 0 : WNOHANG, &usage) == 0 {
            if .now - started > .seconds(seconds) {
                hasTimedOut = true
                kill(process, SIGKILL)
            } else {
                usleep(500)
            }
        }
        return (status, usage, hasTimedOut)
    }

    private func withPointers<R>(
        _ words: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R
    ) -> R {
        var pointers = words.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        return body(&pointers)
    }
}
