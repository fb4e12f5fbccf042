/// The median of a figure that each round has one of, and an interval that holds the true median with a stated
/// probability.
///
/// The interval lies between two of the rounds' own figures: the median of the distribution they come from lies between
/// the k-th smallest and the k-th largest of n with probability 1 - 2·P(B < k), B binomial with n tries at one half,
/// whatever the distribution is (Conover, *Practical Nonparametric Statistics*, section 3.2). No figures are drawn at
/// random and none are assumed to be normal: a neighbor on the machine makes them anything but that.
package struct RoundEstimate: Encodable, Sendable, Equatable {
    package let median: Double
    /// Ends of the interval; nil for a single round, which has none.
    package let lower: Double?
    package let upper: Double?

    /// - Parameter figures: one of each round, at least one.
    package init(_ figures: [Double]) {
        precondition(!figures.isEmpty, "an estimate needs a round")
        let sorted = figures.sorted()
        median = Self.median(ofSorted: sorted)
        guard sorted.count > 1 else {
            (lower, upper) = (nil, nil)
            return
        }
        let rank = Self.rank(rounds: sorted.count)
        (lower, upper) = (sorted[rank - 1], sorted[sorted.count - rank])
    }

    /// The probability that the interval holds the true median.
    package static func coverage(rounds: Int) -> Double {
        rounds > 1 ? 1 - 2 * lowerTail(rounds: rounds, below: rank(rounds: rounds)) : 0
    }

    /// The k of the narrowest interval that holds the median with a probability of 95% at least, or 1, all figures,
    /// where there are too few rounds (fewer than 6) for that.
    static func rank(rounds: Int) -> Int {
        var rank = 1
        while rank + 1 <= rounds / 2, 1 - 2 * lowerTail(rounds: rounds, below: rank + 1) >= 0.95 { rank += 1 }
        return rank
    }

    static func median(_ figures: [Double]) -> Double { median(ofSorted: figures.sorted()) }

    private static func median(ofSorted figures: [Double]) -> Double {
        (figures[(figures.count - 1) / 2] + figures[figures.count / 2]) / 2
    }

    /// P(B < k) for B binomial with so many tries at one half.
    private static func lowerTail(rounds: Int, below limit: Int) -> Double {
        var term = 1.0
        for _ in 0..<rounds { term /= 2 }
        var sum = 0.0
        for k in 0..<limit {
            sum += term
            term *= Double(rounds - k) / Double(k + 1)
        }
        return sum
    }
}
