import Batches
import Kernels
import Networks

/// The squared norm of each shard's gradients, before they are added to others, and what its rows weigh.
///
/// `@unchecked Sendable`: in a phase each shard's worker writes that shard's number; all else is the leader's, between
/// phases.
package final class ShardNorms: @unchecked Sendable {
    /// How the last batch was cut.
    package private(set) var sharding = Sharding(rows: 0, shards: 1)
    private let ranges: [Range<Int>]
    private let squares: UnsafeMutableBufferPointer<Double>
    private let weights: UnsafeMutableBufferPointer<Double>

    /// - Parameters:
    ///   - shards: the most shards of a step.
    ///   - isCounted: whether a parameter, by its index, counts.
    package init(shards: Int, layout: ParameterLayout, isCounted: (Int) -> Bool) {
        ranges = layout.parameters.filter { isCounted($0.index) }.map(\.range)
        squares = .allocate(capacity: shards)
        squares.initialize(repeating: 0)
        weights = .allocate(capacity: shards)
        weights.initialize(repeating: 0)
    }

    deinit {
        squares.deallocate()
        weights.deallocate()
    }

    /// By shard of the last batch. A shard's gradients are the weighted sum over its rows divided by what the batch
    /// weighs.
    package subscript(shard: Int) -> Double { squares[shard] }

    /// What the rows of a shard of the last batch weigh, in the units of the batch's weight.
    package func weight(of shard: Int) -> Double { weights[shard] }

    func begin(_ sharding: Sharding, weight: (_ shard: Int) -> Double) {
        precondition(sharding.count <= squares.count)
        self.sharding = sharding
        for shard in 0..<sharding.count { weights[shard] = weight(shard) }
    }

    func measure(shard: Int, gradients: UnsafePointer<Float>, kernels: any KernelTable.Type) {
        var sum = 0.0
        for range in ranges {
            sum += Double(kernels.sumOfSquares(gradients + range.lowerBound, count: range.count))
        }
        squares[shard] = sum
    }
}
