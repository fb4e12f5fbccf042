import Dispatch
import Foundation

/// Calls on several threads at once, or on this one where there is no memory for the stacks of others.
///
/// Dispatch waits for a thread that it cannot start, and waits for ever: under a limit of address space (`ulimit -v`)
/// of which too little is left.
package enum ConcurrentCalls {
    /// Calls `body` with `0 ..< iterations`, as many at once as there are processors, and returns when all have
    /// returned.
    package static func perform(iterations: Int, _ body: @Sendable (Int) -> Void) {
        let others = min(iterations, ProcessInfo.processInfo.activeProcessorCount) - 1
        guard others > 0, ThreadStacks.haveRoom(count: others) else { return (0..<max(iterations, 0)).forEach(body) }
        DispatchQueue.concurrentPerform(iterations: iterations, execute: body)
    }
}
