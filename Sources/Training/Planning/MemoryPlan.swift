import Workers

/// All that a command holds in memory at its peak, item by item, added up before any of it is allocated.
public struct MemoryPlan: Sendable, Equatable {
    /// One kind of memory.
    public struct Item: Sendable, Equatable {
        /// What is kept there, such as "gradients".
        public let name: String
        /// `Int.max` for more than an Int holds.
        public let bytes: Int
        /// The layer that takes most of it; nil for what no layer takes.
        public let layer: String?
        /// What makes it smaller.
        public let advice: String
        /// When it is there.
        public let time: Time
    }

    /// When memory is held: to the end of the command, or in one of its phases, which follow one another.
    public enum Time: Sendable, CaseIterable {
        case always
        /// While a checkpoint is read.
        case beginning
        /// While steps are taken, with validations between them, or an evaluation goes through its samples.
        case working
        /// While the best checkpoint is evaluated, at the end of a training.
        case ending

        static let phases = [beginning, working, ending]
    }

    /// What the process may have.
    package let limit: UsableMemory.Limit
    /// In the order they are printed in.
    public private(set) var items: [Item] = []

    init(limit: UsableMemory.Limit) { self.limit = limit }

    mutating func add(_ name: String, _ bytes: Int, layer: String? = nil, time: Time = .always, advice: String) {
        guard bytes > 0 else { return }
        items.append(Item(name: name, bytes: bytes, layer: layer, advice: advice, time: time))
    }

    /// Bytes at the peak.
    public var bytes: Int { saturatingSum(peakItems.map(\.bytes)) }

    private func bytes(_ time: Time) -> Int { saturatingSum(items.filter { $0.time == time }.map(\.bytes)) }

    /// The phase in which the peak is.
    private var peak: Time { Time.phases.max { bytes($0) < bytes($1) }! }

    /// What there is at the peak, without what comes at another time.
    private var peakItems: [Item] {
        let peak = peak
        return items.filter { [.always, peak].contains($0.time) }
    }

    /// - Throws: `TrainingError.tooLittleMemory` that names the largest item.
    package func check() throws {
        guard bytes > limit.bytes else { return }
        let needs = peakItems.filter { $0.name != MemoryPlanner.program }.sorted { $0.bytes > $1.bytes }
        let largest = needs[0]
        let layer = largest.layer.map { ", most of it for layer \($0)" } ?? ""
        throw TrainingError.tooLittleMemory(
            problem: "expected to need at most the \(Self.text(limit.bytes)) of memory \(limit.origin), found "
                + "\(Self.text(bytes)): the largest part, \(largest.name), takes \(Self.text(largest.bytes))\(layer). "
                + "\(largest.advice); --verbose lists all parts where they fit")
    }

    /// Lines for people: the sum, then each item.
    public var lines: [String] {
        let width = items.map(\.name.count).max() ?? 0
        return ["memory: \(Self.text(bytes)) planned, of at most \(Self.text(limit.bytes)) \(limit.origin)"]
            + items.map { item in
                let name = item.name + String(repeating: " ", count: width - item.name.count)
                let time = [.always, peak].contains(item.time) ? "" : " (not at the peak)"
                return "  \(name)  \(Self.text(item.bytes))\(time)"
            }
    }

    private static func text(_ bytes: Int) -> String {
        if bytes == .max { return "more than 8 EiB" }
        let tenths = bytes / ((1 << 20) / 10)
        return tenths < 100 ? "\(tenths / 10).\(tenths % 10) MiB" : "\(bytes >> 20) MiB"
    }
}

/// A sum that stops at `Int.max`.
func saturatingSum(_ numbers: [Int]) -> Int {
    numbers.reduce(0) { sum, number in
        let (sum, overflow) = sum.addingReportingOverflow(number)
        return overflow ? .max : sum
    }
}

/// A product of numbers that are not negative that stops at `Int.max`.
func saturatingProduct(_ numbers: Int...) -> Int {
    numbers.reduce(1) { product, number in
        let (product, overflow) = product.multipliedReportingOverflow(by: number)
        return overflow ? .max : product
    }
}
