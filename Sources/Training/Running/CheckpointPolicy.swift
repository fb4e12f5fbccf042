/// When a run writes a checkpoint besides those at the ends of epochs.
struct CheckpointPolicy {
    private let steps: [Int]
    private let interval: Duration?
    private var last = ContinuousClock.now

    init(_ configuration: Configuration) {
        steps = [configuration.checkpointEvery, configuration.keepEvery].compactMap { $0 }
        interval = configuration.checkpointMinutes.map { .seconds($0 * 60) }
    }

    /// Whether one is due after a step.
    func isDue(step: Int) -> Bool {
        if steps.contains(where: { step.isMultiple(of: $0) }) { return true }
        return interval.map { .now - last >= $0 } ?? false
    }

    /// Notes that a checkpoint was begun, for whatever reason.
    mutating func begun() { last = .now }
}
