/// Troubles that come again and again, such as a disk that stays full through thousands of steps: each is said when it
/// begins, and after that now and then.
struct RecurringTrouble {
    private struct Past {
        var said: ContinuousClock.Instant
        /// How often it has come since.
        var unsaid = 0
    }
    private var past: [String: Past] = [:]
    private let interval: Duration

    init(interval: Duration = .seconds(60)) { self.interval = interval }

    /// - Parameters:
    ///   - cause: what makes it the same trouble, whatever numbers are in the message.
    ///   - now: the time.
    /// - Returns: what to say; nil if that was said not long ago.
    mutating func say(_ message: String, cause: String, now: ContinuousClock.Instant = .now) -> String? {
        let before = past[cause]
        if let before, now - before.said < interval {
            past[cause]!.unsaid += 1
            return nil
        }
        past[cause] = Past(said: now)
        guard let unsaid = before?.unsaid, unsaid > 0 else { return message }
        return "\(message) (and \(unsaid) times more since this was said last)"
    }
}
