import Gradients
import Networks

/// How much the gradients of samples differ: one measurement, from the shards of one step.
///
/// With G the gradient of the whole data and Σ the covariance of the gradients of single samples, the mean gradient of
/// b samples has the squared norm |G|² + tr(Σ) / b, on average. That of the whole batch and those of its shards so tell
/// both (McCandlish, Kaplan, Amodei et al. 2018, "An Empirical Model of Large-Batch Training", appendix A.1). Each is
/// without bias, and noisy: average many before you divide one by the other.
///
/// Where samples have weights, a gradient is their weighted mean, a shard's by the weights of its own rows: what a
/// batch of so many samples would be trained with. The noise scale is in samples then, too.
public struct GradientNoise: Sendable, Equatable {
    /// |G|²; by chance it may be below zero.
    public var squaredGradient: Double
    /// tr(Σ), the sum of the variances of all elements.
    public var variance: Double

    /// tr(Σ) / |G|²: the batch size at which noise and gradient are alike. 0 where there is so little noise that its
    /// estimate came out below zero; nil where the gradient drowns in it.
    public var scale: Double? {
        guard squaredGradient > 0 else { return nil }
        let scale = max(0, variance) / squaredGradient
        return scale.isFinite ? scale : nil
    }

    package init(squaredGradient: Double, variance: Double) {
        self.squaredGradient = squaredGradient
        self.variance = variance
    }

    /// - Parameters:
    ///   - shards: rows and the squared norm of the mean gradient of each; two at least.
    ///   - squaredNorm: that of the mean gradient of all rows.
    init?(shards: [(rows: Int, squaredNorm: Double)], squaredNorm: Double) {
        let rows = shards.reduce(0) { $0 + $1.rows }
        guard shards.count > 1, shards.allSatisfy({ $0.rows > 0 }) else { return nil }
        let count = Double(shards.count)
        let meanSquare = shards.reduce(0) { $0 + $1.squaredNorm } / count
        let meanInverse = shards.reduce(0) { $0 + 1 / Double($1.rows) } / count
        variance = (meanSquare - squaredNorm) / (meanInverse - 1 / Double(rows))
        squaredGradient = squaredNorm - variance / Double(rows)
    }
}

/// Measures the gradient noise in some steps of a run. It changes no bit of them.
final class NoiseMeter {
    /// Is told the gradients of each shard.
    let shards: ShardNorms
    private let every: Int

    /// - Parameters:
    ///   - every: steps between two measurements.
    ///   - shards: the most shards of a step.
    ///   - isFrozen: whether a parameter, by its index, is not trained.
    init(every: Int, shards: Int, network: CompiledNetwork, isFrozen: (Int) -> Bool) {
        self.every = every
        self.shards = ShardNorms(shards: shards, layout: network.layout) {
            !isFrozen($0) && network.layout.parameters[$0].isLearned
        }
    }

    /// - Parameter step: counted from zero.
    func isDue(step: Int) -> Bool { step % every == 0 }

    /// - Parameters:
    ///   - squaredNorm: of the gradients of the whole batch.
    ///   - weight: what the batch weighs.
    /// - Returns: nil for a batch of one shard, not counting those whose rows all weigh nothing.
    func measure(squaredNorm: Double, weight: Double) -> GradientNoise? {
        let parts = (0..<shards.sharding.count).filter { shards.weight(of: $0) > 0 }.map { shard in
            // Its gradients were divided by the weight of the batch.
            let factor = weight / shards.weight(of: shard)
            return (rows: shards.sharding[shard].count, squaredNorm: shards[shard] * factor * factor)
        }
        return GradientNoise(shards: parts, squaredNorm: squaredNorm)
    }
}
