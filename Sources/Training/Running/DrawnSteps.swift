/// The steps of which a timeline draws what workers do.
///
/// Of all, unless their spans are so short that looking at the clock between them is a good part of them: then of one
/// step in so many, which costs all together that much less, and shows the same.
struct DrawnSteps {
    /// Nanoseconds. To end a span and to write it costs about 50, so at this length about 3%.
    static let shortSpan: UInt64 = 2_000

    /// Steps that are left out after one of short spans.
    private let skipped: Int
    private var left = 0

    init(skipped: Int = 15) { self.skipped = skipped }

    /// - Returns: whether the step that begins is drawn.
    mutating func begin() -> Bool {
        guard left > 0 else { return true }
        left -= 1
        return false
    }

    /// Takes note of a step that was drawn.
    ///
    /// - Parameter spans: of the leader, who has some in every step.
    mutating func end(nanoseconds: UInt64, spans: Int) {
        if spans > 0, nanoseconds / UInt64(spans) < Self.shortSpan { left = skipped }
    }
}
