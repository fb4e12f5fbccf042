import Kernels
import Workers

/// Bytes a second that the workers of a team move together between themselves and memory, in y += x over far more than
/// caches hold, each on arrays of its own that it touches first.
///
/// `@unchecked Sendable`: in a phase a worker makes and uses the arrays at its own index.
final class TeamBandwidth: TeamTask, @unchecked Sendable {
    /// The best so far.
    private(set) var best = 0.0

    private let kernels: any KernelTable.Type
    private let team: WorkerTeam
    private let count: Int
    /// x and y of each worker.
    private let arrays: UnsafeMutablePointer<(x: AlignedBuffer, y: AlignedBuffer)?>
    private let rate: TeamRate

    /// - Parameter floats: of one array of one worker; nil for as many as make 256 MiB an array of all workers
    ///   together, and 16 MiB of each at least.
    init(kernels: any KernelTable.Type, team: WorkerTeam, floats: Int? = nil) {
        self.kernels = kernels
        self.team = team
        count = floats ?? max(64 << 20 / team.workerCount, 4 << 20)
        arrays = .allocate(capacity: team.workerCount)
        arrays.initialize(repeating: nil, count: team.workerCount)
        rate = TeamRate(team)
    }

    deinit {
        arrays.deinitialize(count: team.workerCount)
        arrays.deallocate()
    }

    /// Measures for about a tenth of a second. Only in a region of the team, by its leader.
    func measure() {
        for _ in 0..<3 { best = max(best, rate.measure(seconds: 0.03, self)) }
    }

    func run(item: Int, worker: Int) {
        let own = arrays[worker] ?? (x: AlignedBuffer(count: count), y: AlignedBuffer(count: count))
        arrays[worker] = own
        rate.repeatUntilEnd(worker: worker) {
            kernels.add(own.x.pointer, into: own.y.pointer, count: count)
            // Two reads and a write.
            return 12 * Double(count)
        }
    }
}
