import Foundation

/// Threads that nobody joins.
///
/// `Foundation.Thread` does not tell when the system has no thread to give (`EAGAIN`: a limit of processes), and
/// whoever waits for what the thread would do waits for ever.
package enum DetachedThread {
    /// Runs `body` on a thread of its own.
    ///
    /// - Parameter name: what debuggers call it.
    /// - Returns: whether the thread was started; `body` is never called otherwise.
    package static func start(name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
        let work = Unmanaged.passRetained(Work(name: name, body))
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let status = pthread_create(
            &thread, &attributes,
            { argument in
                let work = Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue()
                Thread.current.name = work.name
                work.body()
                return nil
            }, work.toOpaque())
        if status != 0 { work.release() }
        return status == 0
    }

    /// Why no thread was started just now, as an error number: the system says EAGAIN of a limit of processes and of
    /// memory that is short.
    package static var failure: Int32 { ThreadStacks.haveRoom(count: 1) ? EAGAIN : ENOMEM }

    private final class Work: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, _ body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }
}
