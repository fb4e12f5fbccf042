/// What becomes of a process that gets no memory for a buffer: there is no way on.
package enum MemoryExhaustion {
    /// What a program does instead of a trap; it is told the bytes that were asked for, and does not return. To be set
    /// before there are other threads.
    nonisolated(unsafe) package static var handler: (@Sendable (_ bytes: Int) -> Never)?

    /// Ends the process.
    package static func report(bytes: Int) -> Never {
        handler?(bytes)
        fatalError("no memory for a buffer of \(bytes) bytes")
    }
}
