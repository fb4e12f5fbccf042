/// Measures time that is spent on one thing, with pauses.
struct Stopwatch {
    private var started = ContinuousClock.now
    private var accumulated = Duration.zero

    mutating func start() {
        accumulated = .zero
        started = .now
    }

    mutating func stop() -> Double {
        accumulated += .now - started
        return accumulated / .seconds(1)
    }

    mutating func pausing<Result>(_ body: () throws -> Result) rethrows -> Result {
        accumulated += .now - started
        defer { started = .now }
        return try body()
    }
}
