import DurableFiles
import Foundation
import Synchronization
import Threads

/// What becomes of Ctrl-C (SIGINT), of the SIGTERM with which a scheduler announces that it takes the machine back, and of
/// the SIGHUP of a terminal that is closed.
///
/// A command that makes files removes those that are half made and ends by the signal, as if it had never listened. A run
/// that trains asks `signal` between steps, finishes the one it is in and writes a checkpoint; a second signal ends it
/// at once, if it comes a second or more after the first. One event often sends two: a terminal that closes has its shell
/// send SIGHUP, then the kernel; `timeout` signals its child, then the group. A repeated SIGHUP never ends it: nobody is
/// left who could be in a hurry.
///
/// A thread waits for them, since hardly anything may be done in a handler. Signals that whoever started the program chose
/// to ignore (`nohup`) stay ignored.
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

    /// Begins to listen. To be called before there are other threads: they inherit that these signals are not theirs.
    static func listen() {
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(number) { sigaddset(&signals, number) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        Thread.detachNewThread { [signals] in
            var signals = signals
            while true {
                var number: Int32 = 0
                if sigwait(&signals, &number) == 0 { receive(number) }
            }
        }
    }

    /// Calls `body`, which asks for `signal`; the first one does not end the process.
    static func finishing<Result>(_ body: () throws -> Result) rethrows -> Result {
        manner.withLock { $0 = .finishing }
        defer { manner.withLock { $0 = .ending } }
        return try body()
    }

    /// "SIGINT"
    static func name(of number: Int32) -> String {
        [SIGINT: "SIGINT", SIGTERM: "SIGTERM", SIGHUP: "SIGHUP"][number] ?? "signal \(number)"
    }

    private static func receive(_ number: Int32) {
        let isFirst = manner.withLock { manner in
            manner == .finishing && received.compareExchange(expected: 0, desired: number, ordering: .relaxed).exchanged
        }
        if isFirst {
            receivedAt = .now
            return
        }
        if signal != nil, number == SIGHUP || .now - receivedAt < patience { return }
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
