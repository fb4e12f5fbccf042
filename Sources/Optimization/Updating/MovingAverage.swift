import StrictCoding

/// An exponential moving average of the parameters, which is evaluated in their place (Polyak and Juditsky 1992).
///
/// After step t, counted from one:
///
///     average = average + (1 − d) · (parameters − average)
///     d = min(decay, (1 + t) / (10 + t)) with a warm-up, or decay
///
/// It begins with the initial parameters, or, in a branch from a run without one, with those of the checkpoint, from
/// which its steps count then. The warm-up, TensorFlow's, lets it forget them soon.
public struct MovingAverage: Sendable, Equatable {
    public var decay: Double
    public var warmup: Bool

    public init(decay: Double, warmup: Bool = true) {
        self.decay = decay
        self.warmup = warmup
    }

    /// - Parameter step: of the average, counted from one.
    func decay(step: Int) -> Double { warmup ? min(decay, Double(1 + step) / Double(10 + step)) : decay }

    /// - Throws: `InvalidSetting` that names the field, what was expected and what was found.
    package func check() throws(InvalidSetting) {
        let field = "movingAverage.decay"
        guard decay > 0, decay < 1 else {
            throw InvalidSetting(field, expected: "a number above 0 and below 1", found: decay)
        }
        guard decay.isBelowOneAsFloat else {
            throw InvalidSetting(field, expected: Double.belowOneAsFloat, found: decay)
        }
    }

    /// What checkpoints call it, beside the optimizer's moments.
    package static let stateName = "movingAverage"
}

extension MovingAverage: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case decay, warmup }

    /// `{decay: 0.999, warmup: true}`, or the decay alone.
    public init(from decoder: any Decoder) throws {
        if let decay = try decoder.shorthand(Double.self) {
            self.init(decay: decay)
            return
        }
        let fields = try decoder.strictContainer(keyedBy: CodingKeys.self)
        self.init(
            decay: try fields.decode(Double.self, forKey: .decay),
            warmup: try fields.decodeIfPresent(Bool.self, forKey: .warmup) ?? true)
    }
}
