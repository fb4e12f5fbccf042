import Kernels

/// The random numbers of one sample in one epoch: a pure function of seed, epoch and sample, whoever loads it and
/// whenever.
///
/// Words of two blocks of Philox4x32-10 with the counter (block, sample, epoch, 0).
struct SampleDraw {
    private let movement: (UInt32, UInt32, UInt32, UInt32)
    private let rest: (UInt32, UInt32, UInt32, UInt32)

    init(key: UInt64, sample: Int, epoch: Int) {
        let (sample, epoch) = (UInt32(truncatingIfNeeded: sample), UInt32(truncatingIfNeeded: epoch))
        movement = Philox.block(key: key, counter: (0, sample, epoch, 0))
        rest = Philox.block(key: key, counter: (1, sample, epoch, 0))
    }

    static func key(seed: UInt64) -> UInt64 { Philox.key(seed: seed, purpose: .augmentation) }

    func isFlipped(probability: Double) -> Bool { Self.unit(movement.0) < probability }

    /// Uniform in -most ... most.
    func verticalShift(most: Int) -> Int { Self.below(2 * most + 1, movement.1) - most }
    func horizontalShift(most: Int) -> Int { Self.below(2 * most + 1, movement.2) - most }

    /// Uniform around zero, in radians.
    func angle(mostDegrees: Double) -> Double {
        (Self.unit(movement.3) + 0x1p-33 - 0.5) * 2 * mostDegrees * (Double.pi / 180)
    }

    /// A pixel of an image.
    func center(in image: ImageShape) -> (row: Int, column: Int) {
        (Self.below(image.height, rest.0), Self.below(image.width, rest.1))
    }

    /// The share that a sample keeps in a mixture: the larger one of two that add up to 1, of which one is distributed
    /// as Beta(alpha, alpha). The partner is drawn at random too, so that a pair is as likely either way round, and a
    /// row has the label of the sample which it shows most of.
    ///
    /// By L. Devroye, "Random variate generation in one line of code" (WSC 1996): with U and V uniform,
    /// ½ ± ½ / √(1 + 1 / ((U^(−1/α) − 1)·cos²(2πV))) is Beta(α, α), since Student's t is.
    func share(alpha: Double) -> Float {
        let power = PortableMath.exponential(-PortableMath.logarithm(Self.unit(rest.2) + 0x1p-32) / alpha)
        let cosine = PortableMath.cosine(2 * Double.pi * Self.unit(rest.3))
        let square = (power - 1) * (cosine * cosine)
        guard square > 0 else { return 0.5 }  // and for the product of infinity and zero
        return Float(0.5 + 0.5 / (1 + 1 / square).squareRoot())
    }

    /// A number in 0 ..< 1 of a random word.
    private static func unit(_ word: UInt32) -> Double { Double(word) * 0x1p-32 }

    private static func below(_ count: Int, _ word: UInt32) -> Int { Int((UInt64(word) * UInt64(count)) >> 32) }
}
