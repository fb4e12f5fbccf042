import Timelines
import Workers

/// Draws a run on a timeline: a line for its epochs, one for steps, validations and checkpoints as the leader meets
/// with them, one for each worker with layers and phases, and one for the thread that writes checkpoints. Loading
/// threads have lines of their own.
///
/// `@unchecked Sendable`: `record` is called by many workers, each of which writes a track of its own; all else is the
/// leader's, but for `checkpoints`, which whoever writes one uses, one at a time. `spans` and `workers` are plain
/// memory, so that workers do not count references to the same object a million times a second.
final class RunTimeline: SpanRecorder, @unchecked Sendable {
    let timeline: Timeline
    private let epochs: TimelineTrack
    private let steps: TimelineTrack
    /// The tracks of as many workers as there ever were.
    private var workers = UnsafeMutableBufferPointer<TimelineTrack>(start: nil, count: 0)
    private let checkpoints: TimelineTrack

    /// What the leader does between two looks at the clock.
    enum Doing: Int, CaseIterable {
        case step, undrawnStep, validation, checkpointCopy
    }
    private let doing: [Timeline.Label]
    private let epoch: Timeline.Label
    private let checkpoint: Timeline.Label
    private let loss: Timeline.Label
    /// Labels of spans by stage, then by operation, what belongs to none of them last.
    private let spans: UnsafeMutableBufferPointer<Timeline.Label>
    private let operations: Int

    /// When what the leader does began, and when the epoch did.
    private var started: UInt64 = 0
    private var epochStarted: UInt64 = 0

    private var drawnSteps: DrawnSteps
    private var isDrawn = true
    /// The leader's spans when the step began.
    private var spansBefore = 0

    /// - Parameters:
    ///   - layers: the layer of each operation of the plan.
    ///   - drawnSteps: which steps have workers.
    init(_ timeline: Timeline, layers: [String], workers count: Int, drawnSteps: DrawnSteps = DrawnSteps()) {
        self.timeline = timeline
        self.drawnSteps = drawnSteps
        epochs = timeline.track("epochs")
        steps = timeline.track("steps", isBusy: true)
        operations = layers.count
        checkpoints = timeline.track("checkpoint writer")
        epoch = timeline.label("epoch", category: "run", argument: "epoch")
        doing = Doing.allCases.map {
            switch $0 {
            case .step: timeline.label("step", category: "run", argument: "step")
            case .undrawnStep: timeline.label("step, workers not drawn", category: "run", argument: "step")
            case .validation: timeline.label("validation", category: "run", argument: "epoch")
            case .checkpointCopy: timeline.label("copy for checkpoint", category: "checkpoint", argument: "step")
            }
        }
        checkpoint = timeline.label("write checkpoint", category: "checkpoint", argument: "step")
        loss = timeline.counter("loss")
        let labels = StepPhase.allCases.flatMap { stage in
            layers.map { timeline.label("\($0) \(stage)", category: "\(stage)") }
                + [timeline.label(stage.timelineName, category: "\(stage)")]
        }
        spans = .allocate(capacity: labels.count)
        _ = spans.initialize(from: labels)
        expect(workers: count)
    }

    /// Makes lines for so many workers. Only outside a region.
    func expect(workers count: Int) {
        guard count > workers.count else { return }
        let tracks = workers + (workers.count..<count).map { timeline.track("worker \($0)", isBusy: true) }
        workers.deinitialize().deallocate()
        workers = .allocate(capacity: count)
        _ = workers.initialize(from: tracks)
    }

    deinit {
        spans.deallocate()
        workers.deinitialize().deallocate()
    }

    func record(_ stage: StepPhase, operation: Int?, worker: Int, start: UInt64, end: UInt64) {
        let label = spans[stage.rawValue * (operations + 1) + (operation ?? operations)]
        workers[worker].record(label, start: start, end: end)
    }

    // MARK: The leader

    /// The leader begins something.
    func begin() { started = Timeline.now }

    /// The leader has ended what it began.
    ///
    /// - Parameter argument: the step, or the epoch.
    func end(_ what: Doing, _ argument: Int) {
        steps.record(doing[what.rawValue], start: started, end: Timeline.now, argument: argument)
    }

    /// The leader begins a step.
    ///
    /// - Returns: whether to record what workers do in it.
    func beginStep() -> Bool {
        isDrawn = drawnSteps.begin()
        spansBefore = workers[0].recordedCount
        begin()
        return isDrawn
    }

    func end(_ report: StepReport) {
        let now = Timeline.now
        let label = doing[(isDrawn ? Doing.step : .undrawnStep).rawValue]
        steps.record(label, start: started, end: now, argument: report.step)
        guard isDrawn else { return }
        // Not for the others: to write a number with a point takes longer than all else of such a step's.
        steps.count(loss, at: now, value: report.loss)
        drawnSteps.end(nanoseconds: now &- started, spans: workers[0].recordedCount - spansBefore)
    }

    func beginEpoch() { epochStarted = Timeline.now }

    /// - Parameter number: counted from 1.
    func endEpoch(_ number: Int) {
        epochs.record(epoch, start: epochStarted, end: Timeline.now, argument: number)
    }

    // MARK: The checkpoint writer

    func endCheckpoint(step: Int, since start: UInt64) {
        checkpoints.record(checkpoint, start: start, end: Timeline.now, argument: step)
    }
}

extension StepPhase {
    /// What is said of a span that belongs to no layer.
    fileprivate var timelineName: String {
        switch self {
        case .data: "data"
        case .forward: "loss"
        case .backward: "backward"
        case .reduceAndUpdate: "reduce and update"
        case .evaluation: "evaluation"
        }
    }
}
