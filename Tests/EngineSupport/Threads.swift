import Foundation

/// Runs every iteration on a thread of its own, the first on the caller's, and returns when all have ended.
@Sendable
package func onThreads(_ iterations: Int, _ body: @Sendable (Int) -> Void) {
    withoutActuallyEscaping(body) { body in
        let threads = (1..<max(iterations, 1)).map { iteration in
            var thread = pthread_t()
            let job = Unmanaged.passRetained(Job { body(iteration) })
            let failure = pthread_create(
                &thread, nil,
                { job in
                    Unmanaged<Job>.fromOpaque(job!).takeRetainedValue().run()
                    return nil
                }, job.toOpaque())
            precondition(failure == 0, "no more threads")
            return thread
        }
        body(0)
        for thread in threads { pthread_join(thread, nil) }
    }
}

/// Runs one iteration after the other: the first finds nobody beside it, the others come when all is over.
@Sendable
package func oneAfterTheOther(_ iterations: Int, _ body: @Sendable (Int) -> Void) {
    for iteration in 0..<iterations { body(iteration) }
}

private final class Job {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}
