import CSystem
import Foundation

/// Which hardware threads there are, which of them share a core, and which node of memory each is near to.
///
/// As Linux tells it below `/sys/devices/system` (Documentation/admin-guide/cputopology.rst and
/// Documentation/ABI/stable/sysfs-devices-node in its sources).
public struct ProcessorTopology: Sendable, Equatable {
    /// A hardware thread that this process may use.
    public struct Processor: Sendable, Equatable {
        /// The system's number.
        public let number: Int
        /// The lowest number among the threads of its core, and so a name of the core.
        public let core: Int
        /// The number of the processor's node of memory: 0 where the system has no such thing.
        public let node: Int
    }

    /// The processors, in order of their numbers.
    public let processors: [Processor]

    /// Reads what the system says.
    ///
    /// - Parameters:
    ///   - root: where the system says it.
    ///   - allowed: the processors that may be used; nil for those of the affinity mask.
    /// - Throws: `PlacementError` if it says nothing, or nonsense, or leaves none.
    package init(root: String = "/sys/devices/system", allowed: [Int]? = nil) throws(PlacementError) {
        guard let allowed = allowed ?? ThreadAffinity.current?.processors else {
            throw PlacementError(problem: "this system has no affinity of threads to processors: leave --pin out")
        }
        let online = try Self.list("\(root)/cpu/online")
        var nodes: [Int: Int] = [:]
        // A kernel without support for several nodes has no such directory; containers hide it.
        if FileManager.default.fileExists(atPath: "\(root)/node/online") {
            for node in try Self.list("\(root)/node/online") {
                // A node may have memory and no processors.
                for number in try Self.list("\(root)/node/node\(node)/cpulist") { nodes[number] = node }
            }
        }
        var processors: [Processor] = []
        for number in Set(online).intersection(allowed).sorted() {
            let siblings = try Self.list("\(root)/cpu/cpu\(number)/topology/thread_siblings_list")
            guard siblings.contains(number) else {
                throw PlacementError(
                    problem: "\(root)/cpu/cpu\(number)/topology/thread_siblings_list: expected a list with \(number)")
            }
            processors.append(Processor(number: number, core: siblings.min()!, node: nodes[number] ?? 0))
        }
        guard !processors.isEmpty else {
            throw PlacementError(problem: "none of the processors that this process may use is online")
        }
        self.processors = processors
    }

    /// Cores of which at least one thread may be used.
    public var cores: Int { Set(processors.map(\.core)).count }
    public var nodes: Int { Set(processors.map(\.node)).count }

    /// The processors in the order in which workers get them: one thread of each core first, node by node, then second
    /// threads in the same order.
    ///
    /// Compact over nodes rather than spread: what all workers read, parameters and packed weights, lies in the node of
    /// the leader, and gradients are summed by whoever comes second; few workers then share one node's memory and last
    /// level of cache, and have no use for another node's bandwidth, since products of matrices are bound by
    /// arithmetic.
    public var placement: [Int] {
        let places = processors.map { processor in
            (
                processor,
                thread: processors.count { $0.core == processor.core && $0.number < processor.number }
            )
        }
        return places.sorted { first, second in
            (first.thread, first.0.node, first.0.number) < (second.thread, second.0.node, second.0.number)
        }.map(\.0.number)
    }

    /// A list as the kernel writes it: `0-3,8,10-11`; nothing for none.
    private static func list(_ path: String) throws(PlacementError) -> [Int] {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw PlacementError(
                problem: "\(path) cannot be read, and says how processors share cores: leave --pin out on this system")
        }
        let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        var numbers: [Int] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: !text.isEmpty ? false : true) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
                0 <= first, first <= last, last < ThreadAffinity.limit
            else {
                throw PlacementError(
                    problem: "\(path): expected processors such as 0-3,8, found '\(text.prefix(40))': leave --pin out")
            }
            numbers += first...last
        }
        return numbers
    }
}

/// Workers cannot be bound to processors.
public struct PlacementError: Error, Equatable, CustomStringConvertible {
    public let problem: String

    public var description: String { "--pin: \(problem)" }
}
