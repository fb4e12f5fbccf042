import Foundation

/// A value that one thread at a time may touch.
///
/// It is `Synchronization.Mutex` by another lock. That one is a futex inside the Swift runtime, where ThreadSanitizer
/// does not see it and reports every two uses as a race (Swift 6.1); pthreads' it does.
///
/// `@unchecked Sendable`: the value is touched under the lock only, and what goes in and out is sent.
package final class Locked<Value>: @unchecked Sendable {
    private let lock = NSLock()
    private var value: Value

    package init(_ value: sending Value) { self.value = value }

    package func withLock<Result>(_ body: (inout sending Value) throws -> sending Result) rethrows -> sending Result {
        lock.lock()
        defer { lock.unlock() }
        return try body(&value)
    }
}
