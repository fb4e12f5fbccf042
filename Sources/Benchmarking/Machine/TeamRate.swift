import Workers

/// How much all workers of a team do in a second together, each of them for the same short time.
///
/// `@unchecked Sendable`: in a phase a worker writes the entries at its own index.
final class TeamRate: @unchecked Sendable {
    private let team: WorkerTeam
    private let done: UnsafeMutablePointer<Double>
    private let seconds: UnsafeMutablePointer<Double>
    private var end = 0.0

    init(_ team: WorkerTeam) {
        self.team = team
        done = .allocate(capacity: team.workerCount)
        seconds = .allocate(capacity: team.workerCount)
    }

    deinit {
        done.deallocate()
        seconds.deallocate()
    }

    /// Has each worker run an item of `task`, which calls `repeatUntilEnd`. Only in a region of the team, by its
    /// leader.
    func measure(seconds duration: Double, _ task: some TeamTask) -> Double {
        done.update(repeating: 0, count: team.workerCount)
        seconds.update(repeating: 0, count: team.workerCount)
        end = wallSeconds() + duration
        team.run(task, count: team.workerCount)
        // A worker that did two items because a helper was not there counts once, at its own rate.
        return (0..<team.workerCount).reduce(0.0) { $0 + (seconds[$1] > 0 ? done[$1] / seconds[$1] : 0) }
    }

    /// Repeats a piece of work, which says how much it was.
    func repeatUntilEnd(worker: Int, _ work: () -> Double) {
        let start = wallSeconds()
        var now = start
        repeat {
            done[worker] += work()
            now = wallSeconds()
        } while now < end
        seconds[worker] += now - start
    }
}
