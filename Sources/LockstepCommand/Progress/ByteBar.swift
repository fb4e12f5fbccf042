/// How far a long copy is, for someone who watches: one line, rewritten in place at most ten times a second.
final class ByteBar {
    private static let interval = Duration.milliseconds(100)
    private static let eraseLine = "\r\u{1B}[K"
    private static let longestBar = 32

    private let isWatched = Terminal.isInteractive
    private let started = ContinuousClock.now
    private var nextDraw = ContinuousClock.now
    private var isShown = false

    func show(done: Int, of total: Int) {
        let now = ContinuousClock.now
        guard isWatched, now >= nextDraw else { return }
        nextDraw = now + Self.interval
        let line = Self.line(
            done: done, of: total, seconds: (now - started) / .seconds(1), columns: Terminal.columns - 1)
        Terminal.write(Self.eraseLine + line)
        isShown = true
    }

    /// Leaves the cursor at the start of an empty line.
    func erase() {
        guard isShown else { return }
        Terminal.write(Self.eraseLine)
        isShown = false
    }

    /// `[=======>        ]  45%  310.0 MiB/s  12.3 s left`; where room is short, the bar goes, then the rest from the
    /// end.
    static func line(done: Int, of total: Int, seconds: Double, columns: Int) -> String {
        let share = total > 0 ? Double(done) / Double(total) : 1
        let text =
            "\(Int(share * 100))%".leftPadded(to: 4) + "  \(Int(Double(done) / max(seconds, 1e-3)).byteSize)/s"
            + "  \((share > 0 ? seconds / share * (1 - share) : .infinity).duration) left"
        let room = min(columns - text.count - 4, longestBar)
        guard room >= 8 else { return String(text.prefix(max(columns, 0))) }
        let filled = min(room, Int(share * Double(room)))
        let body = String(repeating: "=", count: filled) + (filled < room ? ">" : "")
        return "[\(body.padded(to: room))]  \(text)"
    }
}
