import Kernels
import Workers

/// The most fused multiply-adds a second that the workers of a team reach together: as many threads at once as workers,
/// on the cores and at the clock that so many get.
///
/// `@unchecked Sendable`: in a phase a worker runs the loop at its own index and writes the entries of `flops` and
/// `seconds` there.
final class TeamPeak: TeamTask, @unchecked Sendable {
    /// The best so far, in operations a second.
    private(set) var best = 0.0

    private let team: WorkerTeam
    private let loops: [MultiplyAddLoop]
    private let flops: UnsafeMutablePointer<Double>
    private let seconds: UnsafeMutablePointer<Double>
    private var end = 0.0

    init(kernels: any KernelTable.Type, team: WorkerTeam) {
        self.team = team
        loops = (0..<team.workerCount).map { _ in MultiplyAddLoop(kernels) }
        flops = .allocate(capacity: team.workerCount)
        seconds = .allocate(capacity: team.workerCount)
    }

    deinit {
        flops.deallocate()
        seconds.deallocate()
    }

    /// Measures for a few milliseconds, several times. Only in a region of the team, by its leader.
    ///
    /// - Returns: the best of these times, in operations a second.
    @discardableResult
    func measure() -> Double {
        var highest = 0.0
        for _ in 0..<4 {
            flops.update(repeating: 0, count: team.workerCount)
            seconds.update(repeating: 0, count: team.workerCount)
            end = wallSeconds() + 0.004
            team.run(self, count: team.workerCount)
            // A worker that did two items because a helper was not there counts once, at its own rate.
            let rate = (0..<team.workerCount).reduce(0.0) { $0 + (seconds[$1] > 0 ? flops[$1] / seconds[$1] : 0) }
            highest = max(highest, rate)
        }
        best = max(best, highest)
        return highest
    }

    func run(item: Int, worker: Int) {
        let start = wallSeconds()
        var now = start
        repeat {
            loops[worker]()
            flops[worker] += loops[worker].flops
            now = wallSeconds()
        } while now < end
        seconds[worker] += now - start
    }
}
