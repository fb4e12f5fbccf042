import Foundation
import Synchronization

/// Makes of the first Ctrl-C, or of the SIGTERM with which a scheduler announces that it takes the machine back, a stop
/// after the current step. The second ends the process at once.
enum Interruption {
    private static let received = Atomic<Int32>(0)

    /// The signal that came, if one did.
    static var signal: Int32? {
        let number = received.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    /// Begins to listen. Signals that whoever started the program chose to ignore stay ignored.
    static func listen() {
        // Made before a handler may run, which must not take the lock of a first use.
        received.store(0, ordering: .relaxed)
        for number in [SIGINT, SIGTERM] {
            let before = Foundation.signal(number) { number in
                Interruption.received.store(number, ordering: .relaxed)
                _ = Foundation.signal(number, SIG_DFL)
            }
            if unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
                _ = Foundation.signal(number, SIG_IGN)
            }
        }
    }
}
