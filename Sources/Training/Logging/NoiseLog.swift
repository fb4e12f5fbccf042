import Foundation

/// `noise-scale.csv`: a line for each measurement of the gradient noise, and what all of them together say.
///
///     step,batchSize,squaredGradient,variance,noiseScale
///     1,4096,0.0121,38.2,3157
///
/// `noiseScale` is the quotient of running means of the two before it, in which a measurement's weight falls by a
/// twentieth with each that follows: single ones are noisy, and the noise scale grows while a network learns.
final class NoiseLog {
    static let header = "step,batchSize,squaredGradient,variance,noiseScale"

    let log: LineLog
    private var running = RunningNoise()

    /// Starts a log, or takes one up again where a run stands.
    ///
    /// - Throws: `TrainingError.runDirectory` if it cannot be written.
    init(path: String, keepingSteps step: Int) throws {
        log = try LineLog(path: path, header: Self.header) { Self.read($0).map { $0.step <= step } ?? false }
        for line in LineLog.lines(of: FileManager.default.contents(atPath: path) ?? Data()) {
            if let noise = Self.read(line)?.noise { running.add(noise) }
        }
    }

    private static func read(_ line: Substring) -> (step: Int, noise: GradientNoise)? {
        let fields = line.split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count == 5, let step = Int(fields[0]), let squared = Double(fields[2]),
            let variance = Double(fields[3])
        else { return nil }
        return (step, GradientNoise(squaredGradient: squared, variance: variance))
    }

    /// - Throws: `TrainingError.runDirectory` if the line cannot be written; it is kept and written with a later one.
    func append(_ noise: GradientNoise, step: Int, batchSize: Int) throws {
        running.add(noise)
        let scale = running.noise.scale.map { String(format: "%.4g", $0) } ?? ""
        try log.append("\(step),\(batchSize),\(noise.squaredGradient),\(noise.variance),\(scale)")
    }

    /// Puts all lines on the disk.
    func synchronize() throws { try log.synchronize() }

    /// What the measurements mean for the batch size; nil if there are none.
    func advice(batchSize: Int) -> String? { running.count > 0 ? running.noise.advice(batchSize: batchSize) : nil }
}

/// Running means of measurements, the recent ones with more weight.
struct RunningNoise {
    private static let decay = 0.95
    private var sum = GradientNoise(squaredGradient: 0, variance: 0)
    private var weight = 0.0
    private(set) var count = 0

    /// Takes a measurement in; none whose squares a Double does not hold, after which every mean would be none.
    mutating func add(_ noise: GradientNoise) {
        guard noise.squaredGradient.isFinite, noise.variance.isFinite else { return }
        sum.squaredGradient = Self.decay * sum.squaredGradient + noise.squaredGradient
        sum.variance = Self.decay * sum.variance + noise.variance
        weight = Self.decay * weight + 1
        count += 1
    }

    var noise: GradientNoise {
        GradientNoise(squaredGradient: sum.squaredGradient / weight, variance: sum.variance / weight)
    }
}

extension GradientNoise {
    /// What the noise scale says about a batch size, in words.
    ///
    /// With noise scale n and batches of b, training takes S · (1 + n / b) steps and E · (1 + b / n) samples, where S
    /// and E are the least possible (McCandlish et al. 2018, section 2.2).
    func advice(batchSize: Int) -> String {
        guard let scale else {
            return
                "The gradient noise scale is beyond what batches of \(batchSize) can tell: the gradient drowns in noise. "
                + "Larger batches pay."
        }
        let batch = Double(batchSize)
        func percent(_ share: Double) -> String { "\(Int((share * 100).rounded()))%" }
        // 1 - S(2b) / S(b) and E(2b) / E(b) - 1, without a division by a noise scale of zero.
        let fewerSteps = 0.5 * scale / (batch + scale)
        let moreSamples = batch / (batch + scale)
        let verdict =
            batch < scale / 4
            ? "larger batches pay: up to about \(Self.rounded(scale)) each doubling saves nearly half of the steps"
            : batch <= scale
                ? "batches of up to about \(Self.rounded(scale)) still pay"
                : batch <= scale * 4
                    ? "larger batches hardly pay: beyond about \(Self.rounded(scale)) they mostly average what is known"
                    : "smaller batches would do: about \(Self.rounded(scale)) take few more steps and far fewer samples"
        return
            "The gradient noise scale is about \(Self.rounded(scale)) samples. With batches of \(batchSize), \(verdict). "
            + "Twice the batch would take \(percent(fewerSteps)) fewer steps for the same loss, and "
            + "\(percent(moreSamples)) more samples."
    }

    /// Two digits are all that such a measurement has. No batch has less than a sample.
    private static func rounded(_ value: Double) -> Int {
        guard value >= 1, value < 1e15 else { return Int(min(max(value, 1), 1e15)) }
        var unit = 1.0
        while value / unit >= 100 { unit *= 10 }
        return Int((value / unit).rounded() * unit)
    }
}
