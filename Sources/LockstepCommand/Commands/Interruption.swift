import DurableFiles
import Foundation
import Synchronization
import Workers

/// What becomes of Ctrl-C (SIGINT) and Ctrl-\ (SIGQUIT), of the signals with which schedulers announce that they take
/// the machine back (SIGTERM; SIGUSR1 and SIGUSR2; SIGXCPU when the time is used up; SIGALRM; SIGPWR when power fails),
/// and of the SIGHUP of a terminal that is closed.
///
/// A command that makes files removes those that are half made and ends by the signal, as if it had never listened. A
/// run that trains asks `signal` between steps, finishes the one it is in and writes a checkpoint; a second signal ends
/// it at once, if it comes a second or more after the first. One event often sends two: a terminal that closes has its
/// shell send SIGHUP, then the kernel; `timeout` signals its child, then the group. Only SIGINT, SIGQUIT and SIGTERM
/// end it so: after another SIGHUP nobody is left who could be in a hurry, SIGXCPU comes each second, and schedulers
/// that send one of the others again mean the same.
///
/// A thread waits for them, since hardly anything may be done in a handler. Signals that whoever started the program
/// chose to ignore (`nohup`) stay ignored.
enum Interruption {
    private enum Manner { case ending, finishing }

    private static let manner = Locked(Manner.ending)
    private static let received = Atomic<Int32>(0)
    /// When it came. Touched by the thread that waits for signals alone.
    private nonisolated(unsafe) static var receivedAt = ContinuousClock.now
    private static let patience = Duration.seconds(1)

    /// The signal that came while training, if one did.
    static var signal: Int32? {
        let number = received.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    /// Signals that ask for an end, by name. Whoever asks again with one of the first wants it at once.
    private static let insistent = [SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGTERM: "SIGTERM"]
    private static let patient = [
        SIGHUP: "SIGHUP", SIGUSR1: "SIGUSR1", SIGUSR2: "SIGUSR2", SIGXCPU: "SIGXCPU", SIGALRM: "SIGALRM",
        SIGPWR: "SIGPWR",
    ]

    /// Begins to listen. To be called before there are other threads: they inherit that these signals are not theirs.
    static func listen() {
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in names.keys where !isIgnored(number) { sigaddset(&signals, number) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        let isStarted = DetachedThread.start(name: "lockstep-signals") { [signals] in
            var signals = signals
            while true {
                var number: Int32 = 0
                if sigwait(&signals, &number) == 0 { receive(number) }
            }
        }
        // Where the system has no thread to give, they end the process at once.
        if !isStarted { pthread_sigmask(SIG_UNBLOCK, &signals, nil) }
    }

    /// Calls `body`, which asks for `signal`; the first one does not end the process.
    static func finishing<Result>(_ body: () throws -> Result) rethrows -> Result {
        manner.withLock { $0 = .finishing }
        defer { manner.withLock { $0 = .ending } }
        return try body()
    }

    private static let names = insistent.merging(patient) { $1 }

    /// "SIGINT"
    static func name(of number: Int32) -> String { names[number] ?? "signal \(number)" }

    /// Has SIGXCPU come before the limit of processor time at which the system kills (`ulimit -t` sets both to the
    /// same), so that there is time to save the state.
    static func announceTimeLimit() {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_CPU.rawValue)
        guard getrlimit(resource, &limit) == 0, limit.rlim_max < rlim_t(Int.max) else { return }
        let margin = min(max(limit.rlim_max / 10, 2), 60)
        let announced = limit.rlim_max > margin ? limit.rlim_max - margin : 1
        guard limit.rlim_cur > announced else { return }
        limit.rlim_cur = announced
        setrlimit(resource, &limit)
    }

    private static func receive(_ number: Int32) {
        let isFirst = manner.withLock { manner in
            manner == .finishing && received.compareExchange(expected: 0, desired: number, ordering: .relaxed).exchanged
        }
        if isFirst {
            receivedAt = .now
            return
        }
        if signal != nil, insistent[number] == nil || .now - receivedAt < patience { return }
        Temporaries.removeAll()
        end(by: number)
    }

    /// Ends the process the way the signal does, so that a shell that waits for it knows.
    private static func end(by number: Int32) -> Never {
        Foundation.signal(number, SIG_DFL)
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, number)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        raise(number)
        _exit(128 + number)
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        let before = Foundation.signal(number, SIG_IGN)
        _ = Foundation.signal(number, before)
        return unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
