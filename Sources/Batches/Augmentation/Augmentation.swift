/// What is changed at random about samples on their way into a training batch. In YAML:
///
///     augmentation:
///       shift: 4               # up to so many pixels, up or down and to either side
///       horizontalFlip: 0.5    # probability; true is 0.5
///       rotation: 10           # up to so many degrees, either way
///       cutout: 8              # side of a square that is blanked out
///       mixup: 0.2             # alpha: each sample is mixed with another one of its batch
///       fill: zero             # what comes in from outside: zero, edge or reflect
///
/// An image is flipped, then turned about its center, then shifted; then a square is cut out; then two are mixed. All
/// that comes after normalization, so that `zero` is the mean of standardized inputs. Evaluation and prediction see
/// samples as they are.
///
/// Shifts with padding and cropping are those of He et al. 2016, arXiv:1512.03385, section 4.2; cutout is that of
/// DeVries and Taylor 2017, arXiv:1708.04552; mixup that of Zhang et al. 2018, arXiv:1710.09412.
public struct Augmentation: Sendable, Equatable {
    /// The most pixels that an image is shifted, in each direction: zero-padding by so much, and cropping. nil for
    /// none.
    public var shift: Int?
    /// The probability of a mirror image. nil for none.
    public var horizontalFlip: Double?
    /// The most degrees that an image is turned, either way; read bilinearly. nil for none.
    public var rotation: Double?
    /// The side of a square of zeros. Its center is a random pixel, so that a part of it may lie outside. nil for none.
    public var cutout: Int?
    /// The parameter of the Beta distribution that mixes two samples and their targets. nil for none.
    public var mixup: Double?
    /// What comes in from outside of an image that is shifted or turned.
    public var fill: Fill

    public enum Fill: String, Sendable, Codable, CaseIterable {
        /// Zeros.
        case zero
        /// The nearest pixel of the border.
        case edge
        /// The mirror image, in which the border itself is not repeated.
        case reflect
    }

    public init(
        shift: Int? = nil, horizontalFlip: Double? = nil, rotation: Double? = nil, cutout: Int? = nil,
        mixup: Double? = nil, fill: Fill = .zero
    ) {
        self.shift = shift
        self.horizontalFlip = horizontalFlip
        self.rotation = rotation
        self.cutout = cutout
        self.mixup = mixup
        self.fill = fill
    }

    /// Whether pixels get other places.
    var moves: Bool { shift != nil || horizontalFlip != nil || rotation != nil }

    /// Whether samples must be images.
    package var needsImages: Bool { moves || cutout != nil }
}

extension Augmentation {
    /// A value that makes no sense.
    package struct Problem: Equatable, Sendable {
        package let key: String
        package let expected: String
        package let found: String
    }

    /// The range of `mixup`: beyond it, shares are all but constant.
    private static let alphas = 0.001...1000.0

    /// What makes no sense whatever the data are, or nil.
    package var problem: Problem? {
        func problem(_ key: String, _ expected: String, _ found: Any) -> Problem {
            Problem(key: key, expected: expected, found: "\(found)")
        }
        if let shift, shift < 1 { return problem("shift", "at least 1 pixel", shift) }
        if let horizontalFlip, !(horizontalFlip > 0 && horizontalFlip <= 1) {
            return problem("horizontalFlip", "a probability above 0, at most 1", horizontalFlip)
        }
        if let rotation, !(rotation > 0 && rotation <= 180) {
            return problem("rotation", "degrees above 0, at most 180", rotation)
        }
        if let cutout, cutout < 1 { return problem("cutout", "a side of at least 1 pixel", cutout) }
        if let mixup, !Self.alphas.contains(mixup) {
            return problem("mixup", "a number in \(Self.alphas.lowerBound) ... \(Int(Self.alphas.upperBound))", mixup)
        }
        if fill != .zero, shift == nil, rotation == nil {
            return problem("fill", "shift or rotation beside it, which bring something in from outside", "neither")
        }
        return nil
    }

    /// What makes no sense for samples of a shape, or nil.
    package func problem(inputShape: [Int]) -> Problem? {
        guard needsImages else { return nil }
        guard let image = ImageShape(inputShape) else {
            let keys = [
                ("shift", shift != nil), ("horizontalFlip", horizontalFlip != nil), ("rotation", rotation != nil),
                ("cutout", cutout != nil),
            ]
            return Problem(
                key: keys.first(where: \.1)!.0,
                expected: "images, samples of shape [height, width] or [height, width, channels]",
                found: "samples of shape \(inputShape)")
        }
        let side = min(image.height, image.width)
        if let shift, shift >= side {
            return Problem(
                key: "shift", expected: "fewer pixels than the \(side) of the shorter side of \(inputShape)",
                found: "\(shift)")
        }
        if let cutout, cutout > side {
            return Problem(
                key: "cutout", expected: "at most the \(side) pixels of the shorter side of \(inputShape)",
                found: "\(cutout)")
        }
        return nil
    }
}

/// What a sample of two or three dimensions is as an image: rows of pixels, each of which has its channels together.
package struct ImageShape: Sendable, Equatable {
    package let height: Int
    package let width: Int
    package let channels: Int

    /// nil for a shape that is none of an image.
    package init?(_ shape: [Int]) {
        guard shape.count == 2 || shape.count == 3 else { return nil }
        height = shape[0]
        width = shape[1]
        channels = shape.count == 3 ? shape[2] : 1
    }

    package var count: Int { height * width * channels }
}
