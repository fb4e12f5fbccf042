/// Where the steps of a run lie in its epochs, so that schedules follow the epochs that were seen.
///
/// A branch may go on with batches of another size, and so with another number of steps an epoch. What a schedule is
/// given in steps counts the steps that were taken. What it is given in epochs, and the length of the whole run, is
/// compared with the *place* of a step: the steps that a run with batches of the present size would have taken at the
/// same point of the same epoch. In a run without branches the two are one number.
public struct Pace: Sendable, Equatable {
    /// Steps of an epoch with the present batch size.
    public let stepsPerEpoch: Int
    /// The place at which the run ends.
    public let length: Int
    /// What the place of a step has more than the step, since the last branch.
    let lead: Int
    /// The stretches of the run before the last change of the batch size.
    private let earlier: [Stretch]
    /// The step with which the present batch size begins.
    private let firstStep: Int

    /// How far a run is between two steps.
    package struct Point: Sendable, Equatable {
        package let step: Int
        package let epoch: Int
        package let samplesIntoEpoch: Int

        package init(step: Int, epoch: Int, samplesIntoEpoch: Int) {
            self.step = step
            self.epoch = epoch
            self.samplesIntoEpoch = samplesIntoEpoch
        }
    }

    private struct Stretch: Sendable, Equatable {
        let steps: Range<Int>
        let lead: Int
        let stepsPerEpoch: Int
    }

    /// A run whose batches all have one size.
    ///
    /// - Parameters:
    ///   - length: steps of the whole run.
    ///   - stepsPerEpoch: at least 1.
    package init(length: Int, stepsPerEpoch: Int) {
        (self.length, self.stepsPerEpoch) = (length, stepsPerEpoch)
        (lead, earlier, firstStep) = (0, [], 0)
    }

    /// A run that has come so far.
    ///
    /// - Parameters:
    ///   - batchSize: from here on.
    ///   - rows: samples of an epoch.
    ///   - epochs: of the whole run.
    ///   - branches: where batches of another size ended, and that size, in order.
    package init(
        at point: Point, batchSize: Int, rows: Int, epochs: Int, after branches: [(end: Point, batchSize: Int)]
    ) {
        func steps(_ samples: Int, of size: Int) -> Int { (max(0, samples) + size - 1) / size }
        func lead(_ point: Point, of size: Int) -> Int {
            (point.epoch + 1) * steps(rows, of: size) - steps(rows - point.samplesIntoEpoch, of: size) - point.step
        }
        stepsPerEpoch = steps(rows, of: batchSize)
        length = epochs * stepsPerEpoch
        self.lead = lead(point, of: batchSize)
        var earlier: [Stretch] = []
        var first = Point(step: 0, epoch: 0, samplesIntoEpoch: 0)
        for branch in branches {
            earlier.append(
                Stretch(
                    steps: first.step..<branch.end.step, lead: lead(first, of: branch.batchSize),
                    stepsPerEpoch: steps(rows, of: branch.batchSize)))
            first = branch.end
        }
        self.earlier = earlier
        firstStep = first.step
    }

    /// Whether batches had another size in steps that nothing is known of: checkpoints of before they were recorded.
    var hasUnknownPast: Bool { lead != 0 && earlier.isEmpty }

    /// The place of a step, counted from zero, that has the present batch size.
    public func place(of step: Int) -> Int { step + lead }

    /// The place that any step had, as a number of present steps.
    func place(ofAny step: Int) -> Double {
        guard let stretch = earlier.first(where: { step < $0.steps.upperBound }) else {
            // A checkpoint may have a branch behind it that was written before those were recorded.
            return Double(max(0, step + lead))
        }
        return Double(step + stretch.lead) / Double(stretch.stepsPerEpoch) * Double(stepsPerEpoch)
    }

    /// The step that had a place, or has it; one between two steps where the batch size was another.
    func step(at place: Int) -> Double {
        if place >= firstStep + lead { return Double(place - lead) }
        for stretch in earlier.reversed() {
            let step = Double(place) / Double(stepsPerEpoch) * Double(stretch.stepsPerEpoch) - Double(stretch.lead)
            if step >= Double(stretch.steps.lowerBound) { return min(step, Double(stretch.steps.upperBound)) }
        }
        return 0
    }
}
