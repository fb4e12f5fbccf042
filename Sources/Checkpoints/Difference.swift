extension Checkpoint {
    /// How the tensors of two checkpoints differ, bit by bit: where first, by how much, and how many elements.
    public struct Difference: Equatable, Sendable, CustomStringConvertible {
        /// The first thing that differs, in the order of the layers: parameters, then moments of the optimizer. Tensors
        /// are named by their path in the file, such as `parameters/linear1/weight`.
        public enum First: Equatable, Sendable {
            case onlyInFirst(tensor: String)
            case onlyInSecond(tensor: String)
            case shape(tensor: String, first: [Int], second: [Int])
            case element(tensor: String, index: [Int], first: Float, second: Float)
        }

        public let first: First
        /// Elements with different bits, in tensors that both have in one shape.
        public let differingElements: Int
        public let comparedElements: Int
        /// Tensors with such elements, of another shape, or in one of the two only.
        public let differingTensors: Int
        public let comparedTensors: Int
        /// The largest |first - second|; NaN if one of the two is NaN or both are the same infinity.
        public let largest: Float

        public var description: String {
            let counts =
                "\(differingElements) of \(comparedElements) elements in \(differingTensors) of \(comparedTensors) "
                + "tensors differ"
            return differingElements == 0 ? "\(first)\n\(counts)" : "\(first)\n\(counts), by at most \(largest)"
        }
    }

    /// How `other` differs from this checkpoint; nil if all tensors have the same names, shapes and bits. Progress,
    /// configuration and writer are not compared.
    public func difference(from other: Checkpoint) -> Difference? {
        var comparison = Comparison()
        let (mine, others) = (tensorsByPath, other.tensorsByPath)
        let found = Dictionary(others.map { ($0.path, $0.tensor) }) { first, _ in first }
        let names = Set(mine.map(\.path))
        for (path, tensor) in mine {
            guard let counterpart = found[path] else {
                comparison.note(.onlyInFirst(tensor: path))
                continue
            }
            comparison.compare(path, tensor, counterpart)
        }
        for (path, _) in others where !names.contains(path) { comparison.note(.onlyInSecond(tensor: path)) }
        return comparison.difference
    }

    private var tensorsByPath: [(path: String, tensor: Tensor)] {
        parameters.map { ("\(CheckpointFile.parameters)/\($0.name)", $0) }
            + optimizerState.sorted { $0.key < $1.key }.flatMap { moment, tensors in
                tensors.map { ("\(CheckpointFile.moment(moment))/\($0.name)", $0) }
            }
    }
}

private struct Comparison {
    private var first: Checkpoint.Difference.First?
    private var differingElements = 0
    private var comparedElements = 0
    private var differingTensors = 0
    private var comparedTensors = 0
    private var largest: Float = 0

    var difference: Checkpoint.Difference? {
        first.map {
            Checkpoint.Difference(
                first: $0, differingElements: differingElements, comparedElements: comparedElements,
                differingTensors: differingTensors, comparedTensors: comparedTensors, largest: largest)
        }
    }

    mutating func note(_ difference: Checkpoint.Difference.First) {
        first = first ?? difference
        comparedTensors += 1
        differingTensors += 1
    }

    mutating func compare(_ path: String, _ one: Checkpoint.Tensor, _ two: Checkpoint.Tensor) {
        guard one.shape == two.shape else {
            return note(.shape(tensor: path, first: one.shape, second: two.shape))
        }
        comparedTensors += 1
        comparedElements += one.values.count
        var differing = 0
        for (offset, (a, b)) in zip(one.values, two.values).enumerated() where a.bitPattern != b.bitPattern {
            if first == nil {
                first = .element(tensor: path, index: index(offset, in: one.shape), first: a, second: b)
            }
            differing += 1
            let distance = abs(a - b)
            if !(distance <= largest) { largest = largest.isNaN ? largest : distance }
        }
        differingElements += differing
        differingTensors += differing > 0 ? 1 : 0
    }

    /// [i, j, …] of the element at `offset` in row-major order.
    private func index(_ offset: Int, in shape: [Int]) -> [Int] {
        var rest = offset
        var index: [Int] = []
        for length in shape.reversed() {
            index.append(rest % length)
            rest /= length
        }
        return index.reversed()
    }
}

extension Checkpoint.Difference.First: CustomStringConvertible {
    public var description: String {
        switch self {
        case .onlyInFirst(let tensor): "\(tensor) is only in the first"
        case .onlyInSecond(let tensor): "\(tensor) is only in the second"
        case .shape(let tensor, let first, let second):
            "\(tensor) has shape \(first) in the first, \(second) in the second"
        case .element(let tensor, let index, let first, let second):
            "\(tensor)\(index) is \(first) in the first, \(second) in the second: a difference of \(abs(first - second))"
        }
    }
}
