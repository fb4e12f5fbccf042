import Foundation

/// Seconds that one call of `body` takes: the best of several rounds, each long enough for the clock.
///
/// The best of many short rounds and not their mean, since what disturbs a measurement only ever slows it; and the time of
/// this thread, not that of the wall, so that other programs disturb it less.
func secondsPerCall(_ body: () -> Void) -> Double {
    func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
    func seconds(calls: Int) -> Double {
        let start = now()
        for _ in 0..<calls { body() }
        return now() - start
    }
    body()
    let calls = max(1, Int(0.0005 / max(seconds(calls: 1), 1e-9)))
    var best = Double.infinity
    let end = now() + 0.2
    while now() < end { best = min(best, seconds(calls: calls)) }
    return best / Double(calls)
}

func formatted(_ value: Double, width: Int, decimals: Int) -> String {
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let rounded = Int((value * scale).rounded())
    var text = String(rounded)
    if decimals > 0 {
        let digits = String(repeating: "0", count: max(0, decimals + 1 - text.count)) + text
        text = digits.dropLast(decimals) + "." + digits.suffix(decimals)
    }
    return String(repeating: " ", count: max(0, width - text.count)) + text
}
