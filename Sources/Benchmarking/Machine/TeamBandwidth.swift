import Kernels
import Workers

/// Bytes a second that the workers of a team move together between themselves and memory, in y += x over far more than
/// caches hold, each on arrays of its own that it touches first.
///
/// `@unchecked Sendable`: in a phase a worker writes the entries at its own index.
final class TeamBandwidth: TeamTask, @unchecked Sendable {
    /// The best so far.
    private(set) var best = 0.0

    private let kernels: any KernelTable.Type
    private let team: WorkerTeam
    private let count: Int
    /// x and y of each worker.
    private let arrays: UnsafeMutablePointer<(x: AlignedBuffer, y: AlignedBuffer)?>
    private let bytes: UnsafeMutablePointer<Double>
    private let seconds: UnsafeMutablePointer<Double>
    private var end = 0.0

    /// - Parameter floats: of one array of one worker; nil for as many as make 256 MiB an array of all workers together,
    ///   and 16 MiB of each at least.
    init(kernels: any KernelTable.Type, team: WorkerTeam, floats: Int? = nil) {
        self.kernels = kernels
        self.team = team
        count = floats ?? max(64 << 20 / team.workerCount, 4 << 20)
        arrays = .allocate(capacity: team.workerCount)
        arrays.initialize(repeating: nil, count: team.workerCount)
        bytes = .allocate(capacity: team.workerCount)
        seconds = .allocate(capacity: team.workerCount)
    }

    deinit {
        arrays.deinitialize(count: team.workerCount)
        arrays.deallocate()
        bytes.deallocate()
        seconds.deallocate()
    }

    /// Measures for about a tenth of a second. Only in a region of the team, by its leader.
    func measure() {
        for _ in 0..<3 {
            bytes.update(repeating: 0, count: team.workerCount)
            seconds.update(repeating: 0, count: team.workerCount)
            end = wallSeconds() + 0.03
            team.run(self, count: team.workerCount)
            // A worker that did two items because a helper was not there counts once, at its own rate.
            let rate = (0..<team.workerCount).reduce(0.0) { $0 + (seconds[$1] > 0 ? bytes[$1] / seconds[$1] : 0) }
            best = max(best, rate)
        }
    }

    func run(item: Int, worker: Int) {
        let own = arrays[worker] ?? (x: AlignedBuffer(count: count), y: AlignedBuffer(count: count))
        arrays[worker] = own
        let start = wallSeconds()
        var now = start
        repeat {
            kernels.add(own.x.pointer, into: own.y.pointer, count: count)
            // Two reads and a write.
            bytes[worker] += 12 * Double(count)
            now = wallSeconds()
        } while now < end
        seconds[worker] += now - start
    }
}
