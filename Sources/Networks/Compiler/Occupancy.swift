/// Which addresses are taken when.
///
/// A segment tree over time: a range that is taken for a while stands at the few nodes that make up that while, and,
/// for those who ask for a longer one, at the nodes above them. Ranges that touch become one, so that a node has few of
/// them where memory is packed tightly. Both operations take O(log times) visits of nodes.
struct Occupancy {
    private struct Node {
        /// Taken for all of the node's time.
        var throughout = AddressSet()
        /// Taken at some of it, by what stands at the node or below it.
        var sometimes = AddressSet()
    }

    private let first: Int
    /// A power of two.
    private let leaves: Int
    /// The children of node i are 2i and 2i + 1.
    private var nodes: [Node]

    init(times: ClosedRange<Int>) {
        first = times.lowerBound
        var leaves = 1
        while leaves < times.count { leaves *= 2 }
        self.leaves = leaves
        nodes = Array(repeating: Node(), count: 2 * leaves)
    }

    /// Takes a range of addresses for a while.
    mutating func insert(_ range: Range<Int>, during life: ClosedRange<Int>) {
        visit(life) { node, isWhole in
            if isWhole { node.throughout.insert(range) }
            node.sometimes.insert(range)
        }
    }

    /// The lowest address from which on `count` are free all the while.
    mutating func lowestGap(of count: Int, during life: ClosedRange<Int>) -> Int {
        var sets: [AddressSet] = []
        visit(life) { node, isWhole in
            let set = isWhole ? node.sometimes : node.throughout
            if !set.isEmpty { sets.append(set) }
        }
        var (address, isSettled) = (0, false)
        while !isSettled {
            isSettled = true
            for set in sets {
                let next = set.lowestGap(of: count, from: address)
                if next > address { (address, isSettled) = (next, false) }
            }
        }
        return address
    }

    /// Visits the nodes that make up a while, and those above them.
    private mutating func visit(_ life: ClosedRange<Int>, _ body: (_ node: inout Node, _ isWhole: Bool) -> Void) {
        visit(1, 0..<leaves, life.lowerBound - first..<life.upperBound - first + 1, body)
    }

    private mutating func visit(
        _ node: Int, _ times: Range<Int>, _ life: Range<Int>, _ body: (inout Node, Bool) -> Void
    ) {
        let isWhole = life.lowerBound <= times.lowerBound && times.upperBound <= life.upperBound
        body(&nodes[node], isWhole)
        if isWhole { return }
        let middle = (times.lowerBound + times.upperBound) / 2
        if life.lowerBound < middle { visit(2 * node, times.lowerBound..<middle, life, body) }
        if life.upperBound > middle { visit(2 * node + 1, middle..<times.upperBound, life, body) }
    }
}

/// Addresses, as ranges in order with gaps between them.
private struct AddressSet {
    private var ranges: [Range<Int>] = []

    var isEmpty: Bool { ranges.isEmpty }

    mutating func insert(_ range: Range<Int>) {
        let start = firstIndex { $0.upperBound >= range.lowerBound }
        let end = firstIndex { $0.lowerBound > range.upperBound }
        guard start < end else { return ranges.insert(range, at: start) }
        let lower = min(ranges[start].lowerBound, range.lowerBound)
        let upper = max(ranges[end - 1].upperBound, range.upperBound)
        ranges.replaceSubrange(start..<end, with: CollectionOfOne(lower..<upper))
    }

    /// The lowest address, `start` or after it, from which on `count` are not in the set.
    func lowestGap(of count: Int, from start: Int) -> Int {
        var (address, index) = (start, firstIndex { $0.upperBound > start })
        while index < ranges.count, ranges[index].lowerBound < address + count {
            address = ranges[index].upperBound
            index += 1
        }
        return address
    }

    /// The first range of which something holds that holds of all after it.
    private func firstIndex(where holds: (Range<Int>) -> Bool) -> Int {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if holds(ranges[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
