/// Why samples cannot be predicted on: which one, what was expected, and what was found.
public enum PredictionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is not one sample.
    case noSamples
    /// A sample, counted from 0, has another number of numbers than the network reads.
    case wrongCount(sample: Int, expected: Int, shape: [Int], found: Int)
    /// The shape that was given is neither that of a sample nor that of samples one after another.
    case wrongShape(expected: [Int], found: [Int])
    /// There are more or fewer numbers than the shape says.
    case wrongTotal(shape: [Int], expected: Int, found: Int)
    /// A NaN or an infinity, in a sample counted from 0, at a place within it.
    case notFinite(sample: Int, place: [Int], found: Float)
    /// Bytes, for a network that was trained on other numbers.
    case bytes

    public var description: String {
        switch self {
        case .noSamples:
            "expected at least one sample, found none"
        case .wrongCount(let sample, let expected, let shape, let found):
            "sample \(sample): expected \(expected) numbers, of shape \(shape), found \(found)"
        case .wrongShape(let expected, let found):
            "expected the shape \(expected) of one sample, or [samples, "
                + "\(expected.map(String.init).joined(separator: ", "))], found \(found)"
        case .wrongTotal(let shape, let expected, let found):
            "expected \(expected) numbers, as the shape \(shape) says, found \(found)"
        case .notFinite(let sample, let place, let found):
            "sample \(sample): expected finite numbers, found \(found) at \(place)"
        case .bytes:
            "expected floating-point numbers like those of the file trained on, found bytes: convert them, in its units"
        }
    }
}
