import Kernels
import StrictCoding

/// How the learning rate changes over a run: a function of how far the run is, in steps and in epochs (`Pace`).
///
/// Every schedule but the last may begin with a warm-up of w steps, in which the rate rises in equal steps. Step i of
/// the run, counted from zero, has
///
///     base · (i + 1) / w                 with no `warmupStart`: step w - 1 is the first with all of the rate
///     base · (s + (1 - s) · i / w)       with a `warmupStart` of s: step 0 has that share, step w all of the rate, as
///                                        in PyTorch's LinearLR(start_factor: s, total_iters: w)
///
/// After it, with t the steps since and T the steps there are until the end of the
/// decay, both of the present batch size where epochs decide them:
///
///     constant     base
///     step         base · factor^(epochs since the start of the run / everyEpochs, rounded down), in a warm-up too, by
///                  whose share it is multiplied (Goyal et al. 2017; PyTorch's StepLR beside a LinearLR)
///     cosine       minimum + (base - minimum) · (1 + cos(π · t / T)) / 2        Loshchilov and Hutter 2016
///     linear       base + (minimum - base) · t / T
///     polynomial   minimum + (base - minimum) · (1 - t / T)^power
///     oneCycle     half a cosine from base / startDivisor up to base, half a cosine down to that / endDivisor;
///                  Smith and Topin 2017, as in PyTorch's OneCycleLR; the momentum may run against it
public struct Schedule: Sendable, Equatable {
    public enum Decay: Sendable, Equatable {
        case constant
        /// Multiplies by `factor` after every so many epochs.
        case step(everyEpochs: Int, factor: Double)
        /// Falls to `minimum` at step `decaySteps`, counted from the start of the run; nil for the end of the run.
        case cosine(minimum: Double, decaySteps: Int?)
        case linear(minimum: Double, decaySteps: Int?)
        /// - power: a multiple of 0.5, so that it is computed alike everywhere.
        case polynomial(power: Double, minimum: Double, decaySteps: Int?)
        /// - rise: the share of the run in which the rate rises.
        /// - momentum: what the optimizer's momentum does meanwhile; nil to leave it as it is.
        case oneCycle(rise: Double, startDivisor: Double, endDivisor: Double, momentum: MomentumCycle? = nil)
    }

    /// The momentum that `oneCycle` gives an optimizer in the place of its own: for Adam and its kin, beta1. Half a
    /// cosine from the maximum to the base while the learning rate rises, and back while it falls.
    public struct MomentumCycle: Sendable, Equatable {
        public var base: Double
        public var maximum: Double

        /// PyTorch's defaults.
        public init(base: Double = 0.85, maximum: Double = 0.95) { (self.base, self.maximum) = (base, maximum) }
    }

    public var decay: Decay
    public var warmupSteps: Int
    /// The warm-up in epochs, in the place of steps.
    public var warmupEpochs: Int
    /// The share of the rate with which the warm-up begins; nil to begin with that of one step.
    public var warmupStart: Double?

    public init(_ decay: Decay = .constant, warmupSteps: Int = 0, warmupEpochs: Int = 0, warmupStart: Double? = nil) {
        self.decay = decay
        self.warmupSteps = warmupSteps
        self.warmupEpochs = warmupEpochs
        self.warmupStart = warmupStart
    }

    public static let constant = Schedule()

    /// The longest warm-up: a table has fewer than 2^31 rows, so that an Int holds the steps of so many epochs.
    static let mostEpochs = 1 << 30

    /// The learning rate of a step.
    ///
    /// Computed without the system's mathematical library, whose last bit may differ from machine to machine.
    ///
    /// - Parameters:
    ///   - step: counted from zero.
    ///   - base: the optimizer's learning rate.
    ///   - pace: where steps lie in the epochs of the run.
    public func learningRate(step: Int, base: Double, pace: Pace) -> Double {
        let warm = warmupRate(step: step, base: base, pace: pace)
        let place = pace.place(of: step)
        if case .step(let everyEpochs, let factor) = decay {
            return (warm ?? base) * PortableMath.power(factor, place / pace.stepsPerEpoch / everyEpochs)
        }
        if let warm { return warm }
        switch decay {
        case .constant, .step:
            return base
        case .cosine(let minimum, let decaySteps):
            let cosine = PortableMath.cosine(Double.pi * progress(step, decaySteps, pace))
            return minimum + (base - minimum) * (1 + cosine) / 2
        case .linear(let minimum, let decaySteps):
            return base + (minimum - base) * progress(step, decaySteps, pace)
        case .polynomial(let power, let minimum, let decaySteps):
            let root = (1 - progress(step, decaySteps, pace)).squareRoot()
            return minimum + (base - minimum) * PortableMath.power(root, Int(power * 2))
        case .oneCycle(let rise, let startDivisor, let endDivisor, _):
            return Self.cycle(
                from: base / startDivisor, over: base, to: base / startDivisor / endDivisor, rise: rise, step: place,
                totalSteps: pace.length)
        }
    }

    /// The momentum of a step, in the place of the optimizer's; nil where that counts.
    ///
    /// - Parameters:
    ///   - step: counted from zero.
    ///   - pace: where steps lie in the epochs of the run.
    public func momentum(step: Int, pace: Pace) -> Double? {
        guard case .oneCycle(let rise, _, _, let momentum?) = decay else { return nil }
        return Self.cycle(
            from: momentum.maximum, over: momentum.base, to: momentum.maximum, rise: rise, step: pace.place(of: step),
            totalSteps: pace.length)
    }

    /// The rate of a step of the warm-up; nil after its end.
    private func warmupRate(step: Int, base: Double, pace: Pace) -> Double? {
        let (place, length) =
            warmupEpochs > 0 ? (pace.place(of: step), warmupEpochs * pace.stepsPerEpoch) : (step, warmupSteps)
        guard place < length else { return nil }
        guard let warmupStart else { return base * Double(place + 1) / Double(length) }
        return base * (warmupStart + (1 - warmupStart) * Double(place) / Double(length))
    }

    /// The place at which the warm-up ends.
    private func warmupEnd(_ pace: Pace) -> Double {
        warmupEpochs > 0 ? Double(warmupEpochs * pace.stepsPerEpoch) : pace.place(ofAny: warmupSteps)
    }

    /// The share of the decay that is over: of the steps to `decaySteps`, or of the epochs to the end of the run.
    private func progress(_ step: Int, _ decaySteps: Int?, _ pace: Pace) -> Double {
        let (now, start, end) =
            decaySteps.map { (Double(step), warmupLength(pace), Double($0)) }
            ?? (Double(pace.place(of: step)), warmupEnd(pace), Double(pace.length))
        return end <= start ? 1 : min(1, max(0, (now - start) / (end - start)))
    }

    /// Half a cosine from one number to another in a share of the run, and half a cosine on to a third in the rest.
    private static func cycle(
        from start: Double, over turn: Double, to end: Double, rise: Double, step: Int, totalSteps: Int
    ) -> Double {
        let (top, last) = (rise * Double(totalSteps) - 1, Double(totalSteps - 1))
        func halfCosine(from first: Double, to second: Double, _ share: Double) -> Double {
            second + (first - second) * (1 + PortableMath.cosine(Double.pi * min(max(share, 0), 1))) / 2
        }
        return Double(step) <= top
            ? halfCosine(from: start, to: turn, top > 0 ? Double(step) / top : 1)
            : halfCosine(from: turn, to: end, last > top ? (Double(step) - max(top, 0)) / (last - max(top, 0)) : 1)
    }

    /// Steps of the warm-up.
    private func warmupLength(_ pace: Pace) -> Double {
        warmupEpochs > 0 ? pace.step(at: warmupEpochs * pace.stepsPerEpoch) : Double(warmupSteps)
    }

    // MARK: Checks

    private func expect(_ valid: Bool, _ field: String, _ expected: String, _ found: Any) throws(InvalidSetting) {
        guard valid else { throw InvalidSetting("schedule.\(name).\(field)", expected: expected, found: found) }
    }

    /// Checks what can be checked without the data.
    ///
    /// - Throws: `InvalidSetting` naming the field, what was expected and what was found.
    package func check() throws(InvalidSetting) {
        try expect(warmupSteps >= 0, "warmupSteps", "0 or more", warmupSteps)
        try expect(warmupEpochs >= 0, "warmupEpochs", "0 or more", warmupEpochs)
        try expect(warmupEpochs <= Self.mostEpochs, "warmupEpochs", "at most \(Self.mostEpochs)", warmupEpochs)
        try expect(warmupSteps == 0 || warmupEpochs == 0, "warmupEpochs", "no warmupSteps beside it", warmupSteps)
        if let warmupStart {
            try expect((0...1).contains(warmupStart), "warmupStart", "a number in 0 ... 1", warmupStart)
        }
        switch decay {
        case .constant: break
        case .step(let everyEpochs, let factor):
            try expect(everyEpochs > 0, "everyEpochs", "at least 1", everyEpochs)
            try expect(factor > 0 && factor.isFinite, "factor", "a positive number", factor)
        case .cosine(let minimum, let decaySteps), .linear(let minimum, let decaySteps):
            try checkFall(minimum, decaySteps)
        case .polynomial(let power, let minimum, let decaySteps):
            try expect(
                power > 0 && power <= 100 && (power * 2).rounded() == power * 2, "power",
                "a multiple of 0.5, at most 100", power)
            try checkFall(minimum, decaySteps)
        case .oneCycle(let rise, let startDivisor, let endDivisor, let momentum):
            // YAML has no such keys here.
            try expect(
                warmupSteps == 0 && warmupEpochs == 0, "warmupSteps", "none, since the rate rises anyway", "some")
            try expect(rise > 0 && rise < 1, "rise", "a number above 0 and below 1", rise)
            try expect(startDivisor >= 1 && startDivisor.isFinite, "startDivisor", "1 or more", startDivisor)
            try expect(endDivisor >= 1 && endDivisor.isFinite, "endDivisor", "1 or more", endDivisor)
            guard let momentum else { break }
            try expect(momentum.base >= 0 && momentum.base < 1, "baseMomentum", "a number in 0 ..< 1", momentum.base)
            try expect(
                momentum.maximum >= momentum.base && momentum.maximum < 1, "maximumMomentum",
                "a number from the base, \(momentum.base), to below 1", momentum.maximum)
            try expect(
                momentum.maximum.isBelowOneAsFloat, "maximumMomentum", Double.belowOneAsFloat, momentum.maximum)
        }
    }

    /// What to say of numbers that mean nothing here, or less than they should.
    ///
    /// - Parameter pace: of the run.
    package func notes(pace: Pace) -> [String] {
        let hasWarmup = warmupSteps > 0 || warmupEpochs > 0
        if warmupStart != nil, !hasWarmup {
            return ["schedule.\(name).warmupStart means nothing without warmupSteps or warmupEpochs beside it"]
        }
        guard pace.hasUnknownPast, hasWarmup else { return [] }
        return [
            "the checkpoint is of a branch that went on with batches of another size, and does not say from where: the "
                + "steps of its warm-up are taken for those of batches as they are now"
        ]
    }

    /// Checks that the optimizer has what the schedule varies.
    ///
    /// - Throws: `InvalidSetting`.
    package func check(with optimizer: any Optimizer) throws(InvalidSetting) {
        guard case .oneCycle(_, _, _, .some) = decay else { return }
        try expect(
            optimizer.momentum > 0, "cycleMomentum", "an optimizer with a momentum to vary",
            "\(optimizer.name) with none")
    }

    private func checkFall(_ minimum: Double, _ decaySteps: Int?) throws(InvalidSetting) {
        try expect(minimum >= 0 && minimum.isFinite, "minimum", "0 or a positive number", minimum)
        if let decaySteps { try expect(decaySteps > warmupSteps, "decaySteps", "more than warmupSteps", decaySteps) }
    }

    /// Checks that the schedule is as long as the run.
    ///
    /// - Parameter totalSteps: steps of the whole run, those before a branch as they were.
    /// - Throws: `InvalidSetting` for a warm-up that does not end, a decay that does not, and a
    ///   rate of zero before the run is over.
    package func check(totalSteps: Int, pace: Pace) throws(InvalidSetting) {
        let run = "the run's \(totalSteps) steps (\(pace.stepsPerEpoch) an epoch)"
        if warmupEpochs > 0 {
            let epochs = pace.length / pace.stepsPerEpoch
            try expect(
                warmupEpochs < epochs, "warmupEpochs", "a warm-up shorter than the run's \(epochs) epochs", warmupEpochs
            )
        } else if warmupSteps > 0 {
            try expect(
                warmupSteps < totalSteps, "warmupSteps", "a warm-up shorter than \(run)", "\(warmupSteps) steps")
        }
        switch decay {
        case .cosine(let minimum, let decaySteps?), .linear(let minimum, let decaySteps?),
            .polynomial(_, let minimum, let decaySteps?):
            let warmup = warmupLength(pace)
            try expect(
                Double(decaySteps) > warmup, "decaySteps",
                "more than the \(Int(warmup.rounded(.up))) steps of the warm-up", decaySteps)
            try expect(
                decaySteps <= totalSteps, "decaySteps", "no more than \(run): the decay would not end", decaySteps)
            try expect(
                decaySteps >= totalSteps || minimum > 0, "decaySteps",
                "\(totalSteps), or a minimum above 0: the learning rate would be 0 before \(run) are over", decaySteps)
        case .oneCycle:
            try expect(pace.length > 2, "rise", "a run of more than 2 steps", pace.length)
        default: break
        }
    }
}
