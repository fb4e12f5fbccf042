import Kernels
import Workers

/// The most fused multiply-adds a second that the workers of a team reach together: as many threads at once as workers,
/// on the cores and at the clock that so many get.
///
/// `@unchecked Sendable`: in a phase a worker runs the loop at its own index.
final class TeamPeak: TeamTask, @unchecked Sendable {
    /// The best so far, in operations a second.
    private(set) var best = 0.0

    private let rate: TeamRate
    private let loops: [MultiplyAddLoop]

    init(kernels: any KernelTable.Type, team: WorkerTeam) {
        rate = TeamRate(team)
        loops = (0..<team.workerCount).map { _ in MultiplyAddLoop(kernels) }
    }

    /// Measures for a few milliseconds, several times. Only in a region of the team, by its leader.
    ///
    /// - Returns: the best of these times, in operations a second.
    @discardableResult
    func measure() -> Double {
        var highest = 0.0
        for _ in 0..<4 { highest = max(highest, rate.measure(seconds: 0.004, self)) }
        best = max(best, highest)
        return highest
    }

    func run(item: Int, worker: Int) {
        rate.repeatUntilEnd(worker: worker) {
            loops[worker]()
            return loops[worker].flops
        }
    }
}
