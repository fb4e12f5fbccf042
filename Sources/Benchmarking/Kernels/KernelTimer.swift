import Kernels

/// Times kernels on this thread, in turn with nothing but multiply-adds, so that a share of the peak compares two times
/// taken under the same conditions.
///
/// The best of many short rounds counts and not their mean, since what disturbs a measurement only ever slows it.
final class KernelTimer {
    /// The most operations a second of all that was timed so far.
    private(set) var peak = 0.0
    private let multiplyAdds: MultiplyAddLoop
    private let seconds: Double

    struct Timing {
        /// The seconds of one call.
        let seconds: Double
        /// Operations a second of the core between the calls.
        let peak: Double
    }

    /// - Parameter seconds: how long to time a kernel.
    init(kernels: any KernelTable.Type, seconds: Double) {
        multiplyAdds = MultiplyAddLoop(kernels)
        self.seconds = seconds
    }

    func time(_ body: () -> Void) -> Timing {
        func seconds(_ calls: Int, _ body: () -> Void) -> Double {
            let start = threadSeconds()
            for _ in 0..<calls { body() }
            return threadSeconds() - start
        }
        body()
        // Half a millisecond, long for the clock.
        let calls = max(1, Int(0.0005 / max(seconds(1, body), 1e-9)))
        var (best, loop) = (Double.infinity, Double.infinity)
        let end = threadSeconds() + self.seconds
        repeat {
            for _ in 0..<3 { loop = min(loop, seconds(1) { multiplyAdds() }) }
            best = min(best, seconds(calls, body))
        } while threadSeconds() < end
        let rate = multiplyAdds.flops / loop
        peak = max(peak, rate)
        return Timing(seconds: best / Double(calls), peak: rate)
    }
}
