import Datasets
import Kernels
import Networks
import Synchronization
import Workers

/// Computes what a network puts out for samples in memory, from any thread, and from many at once.
///
/// Each call walks the plan in a room of its own, or, if there is much to compute, on a team of workers, which one call
/// at a time has; others compute on their own threads meanwhile. A row's output is a function of that row alone, so
/// nothing of this shows in the bits. Rooms are kept for later calls: as many as there were calls at once.
///
/// `@unchecked Sendable`: `places` is not written after `init`; rooms and the crew are handed to one call at a time.
final class Predictor: @unchecked Sendable {
    /// Numbers that the network puts out for a sample.
    let width: Int
    let inputs: RawInputs
    private let model: Model
    private let plan: Plan
    let workers: Int
    /// Rows of a piece of work, and of a small room.
    private let microBatch: Int
    private let fewRows: Int
    /// Multiply-adds of a row, times two.
    private let flopsOfRow: Int
    /// 0 ..< microBatch.
    private let places: UnsafeMutablePointer<Int32>

    /// Rooms for few rows, in which activations lie close together, and for whole pieces of work.
    private let smallRooms: Locked<[WorkerArena]>
    private let rooms: Locked<[WorkerArena]>
    private let isCrewTaken = Atomic<Bool>(false)
    private nonisolated(unsafe) var crew: PredictionCrew?

    /// Operations that are worth waking a team, which takes about 60 µs.
    private static let leastFlopsOfTeam = 1 << 25

    init(model: Model, inputs: RawInputs, workers: Int) {
        self.model = model
        self.inputs = inputs
        self.workers = workers
        plan = model.network.inferencePlan
        let outline = EvaluatorOutline(model.network, workers: workers)
        (width, microBatch) = (outline.width, outline.microBatch)
        flopsOfRow = plan.operations.reduce(0) { $0 + $1.flopsPerRow }
        fewRows = min(8, microBatch)
        places = .allocate(capacity: microBatch)
        for place in 0..<microBatch { places[place] = Int32(place) }
        smallRooms = Locked([])
        rooms = Locked([])
    }

    deinit { places.deallocate() }

    /// Writes the network's outputs, before the function its loss contains: logits under a cross-entropy.
    ///
    /// - Parameter outputs: gets `[count, width]`.
    func run(_ samples: SamplesInMemory, count: Int, into outputs: UnsafeMutablePointer<Float>) {
        if count <= fewRows {
            let room = takeRoom(small: true)
            compute(samples, 0..<count, in: room, into: outputs)
            smallRooms.withLock { $0.append(room) }
        } else if !runOnCrew(samples, count: count, into: outputs) {
            let room = takeRoom(small: false)
            for first in stride(from: 0, to: count, by: microBatch) {
                compute(samples, first..<min(first + microBatch, count), in: room, into: outputs)
            }
            rooms.withLock { $0.append(room) }
        }
    }

    private func takeRoom(small: Bool) -> WorkerArena {
        let room = (small ? smallRooms : rooms).withLock { $0.popLast() }
        return room ?? makeRoom(rows: small ? fewRows : microBatch)
    }

    fileprivate func makeRoom(rows: Int) -> WorkerArena {
        WorkerArena(plan: plan, capacity: rows, kernels: model.kernels)
    }

    fileprivate func compute(
        _ samples: SamplesInMemory, _ range: Range<Int>, in room: WorkerArena, into outputs: UnsafeMutablePointer<Float>
    ) {
        let frame = room.frame(rows: range.count, model: model.shared)
        samples.write(
            range, by: inputs, places: places, into: frame.value(plan.input.id), kernels: model.kernels)
        plan.forward(frame)
        (outputs + range.lowerBound * width).update(
            from: frame.value(plan.output.id), count: range.count * width)
    }

    /// Computes on all workers, if that is worth it and nobody else does.
    private func runOnCrew(
        _ samples: SamplesInMemory, count: Int, into outputs: UnsafeMutablePointer<Float>
    ) -> Bool {
        let flops = flopsOfRow.multipliedReportingOverflow(by: count)
        guard workers > 1, flops.overflow || flops.partialValue >= Self.leastFlopsOfTeam,
            isCrewTaken.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged
        else { return false }
        defer { isCrewTaken.store(false, ordering: .releasing) }
        let crew = crew ?? PredictionCrew(workers: workers)
        self.crew = crew
        // Pieces for all, in whole tiles.
        let share = ((count + workers - 1) / workers + 15) / 16 * 16
        crew.run(self, samples, count: count, piece: min(microBatch, share), rows: microBatch, into: outputs)
        return true
    }
}

/// Workers that compute the outputs of many samples together.
///
/// `@unchecked Sendable`: written by the leader between phases; a worker makes and uses the room at its own index.
private final class PredictionCrew: TeamTask, @unchecked Sendable {
    private let team: WorkerTeam
    private let rooms: UnsafeMutablePointer<WorkerArena?>
    private var work: Work?

    private struct Work {
        unowned let predictor: Predictor
        let samples: SamplesInMemory
        let count: Int
        let piece: Int
        let rows: Int
        let outputs: UnsafeMutablePointer<Float>
    }

    init(workers: Int) {
        team = WorkerTeam(workerCount: workers)
        rooms = .allocate(capacity: workers)
        rooms.initialize(repeating: nil, count: workers)
    }

    deinit {
        rooms.deinitialize(count: team.workerCount)
        rooms.deallocate()
    }

    func run(
        _ predictor: Predictor, _ samples: SamplesInMemory, count: Int, piece: Int, rows: Int,
        into outputs: UnsafeMutablePointer<Float>
    ) {
        work = Work(
            predictor: predictor, samples: samples, count: count, piece: piece, rows: rows, outputs: outputs)
        team.region { team.run(self, count: (count + piece - 1) / piece) }
        work = nil
    }

    func run(item: Int, worker: Int) {
        let work = work!
        let room = rooms[worker] ?? work.predictor.makeRoom(rows: work.rows)
        rooms[worker] = room
        let first = item * work.piece
        work.predictor.compute(
            work.samples, first..<min(first + work.piece, work.count), in: room, into: work.outputs)
    }
}
