/// A state of the progress bar, and how it looks in a window of so many columns.
struct ProgressLine {
    var epoch: Int
    var epochs: Int
    var step: Int
    var lastStep: Int
    /// The mean loss of the epoch so far.
    var loss: Double
    var samplesPerSecond: Double
    var secondsLeft: Double

    /// The line in at most `columns` columns, all of one character a column. Where room is short, what matters less
    /// goes first: the bar gets shorter, then the speed goes, then the epoch, the bar, the loss, and the time left.
    func text(columns: Int) -> String {
        let steps = "step \(step.grouped)/\(lastStep.grouped)"
        // In the order they are given up; the last one always stays, cut if it must.
        let given: [(Part, String)] = [
            (.speed, "\(samplesPerSecond.isFinite ? Int(samplesPerSecond.rounded()).grouped : "?") samples/s"),
            (.epoch, "epoch \(epoch)/\(epochs)"),
            (.bar, ""),
            (.loss, "loss \(loss.brief)"),
            (.left, "\(secondsLeft.duration) left"),
            (.steps, steps),
        ]
        for first in given.indices {
            let parts = Dictionary(uniqueKeysWithValues: given[first...])
            let texts = Part.allCases.compactMap { part in part == .bar ? nil : parts[part] }
            let length = texts.reduce(0) { $0 + $1.count } + 2 * (texts.count - 1)
            guard parts[.bar] != nil else {
                if length <= columns { return texts.joined(separator: "  ") }
                continue
            }
            let room = columns - length - 2
            guard room >= Self.shortestBar else { continue }
            return Part.allCases.compactMap { part in
                part == .bar ? bar(columns: min(room, Self.longestBar)) : parts[part]
            }.joined(separator: "  ")
        }
        return String(steps.prefix(max(columns, 0)))
    }

    /// The parts from left to right.
    private enum Part: CaseIterable { case epoch, bar, steps, loss, speed, left }

    private static let shortestBar = 10
    private static let longestBar = 32

    private func bar(columns: Int) -> String {
        let width = columns - 2
        let filled = lastStep > 0 ? min(width, max(0, step * width / lastStep)) : width
        let head = filled < width ? ">" : ""
        let body = String(repeating: "=", count: filled) + head
        return "[" + body.padded(to: width) + "]"
    }
}
