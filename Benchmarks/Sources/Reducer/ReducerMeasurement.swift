import Foundation

/// What the promise of the same bits costs in one workload.
struct ReducerMeasurement: Encodable {
    let workload: String
    let instructionSet: String
    let workers: Int
    let batchSize: Int
    let shards: Int
    let rounds: Int
    /// How much longer a step takes than without an order: of the median steps of a round, over all rounds.
    let costPercentMedian: Double
    let costPercentLowerQuartile: Double
    let costPercentUpperQuartile: Double
    /// The same of the best steps of all.
    let costPercentBest: Double
    let stepMillisecondsBest: Double
    let orderFreeStepMillisecondsBest: Double
    /// See `ReducerContest.largestDifference`.
    let largestDifference: Double

    init(_ contest: ReducerContest, rounds: [ReducerContest.Round], largestDifference: Double) {
        func percent(_ ours: Double, _ theirs: Double) -> Double { 100 * (ours / theirs - 1) }
        let costs = rounds.map { percent($0.treeOrder.quantile(0.5), $0.anyOrder.quantile(0.5)) }
        let best = rounds.map { $0.treeOrder.min()! }.min()!
        let orderFreeBest = rounds.map { $0.anyOrder.min()! }.min()!
        workload = contest.workload.name
        instructionSet = contest.kernels.name
        workers = contest.team.workerCount
        batchSize = contest.batchSize
        shards = contest.shards
        self.rounds = rounds.count
        costPercentMedian = costs.quantile(0.5)
        costPercentLowerQuartile = costs.quantile(0.25)
        costPercentUpperQuartile = costs.quantile(0.75)
        costPercentBest = percent(best, orderFreeBest)
        stepMillisecondsBest = best * 1e3
        orderFreeStepMillisecondsBest = orderFreeBest * 1e3
        self.largestDifference = largestDifference
    }

    /// A few lines.
    var text: String {
        func signed(_ percent: Double) -> String { String(format: "%+.2f%%", percent) }
        func milliseconds(_ time: Double) -> String { String(format: "%.3f ms", time) }
        return """
            \(workload): batch \(batchSize), shards \(shards), workers \(workers), \(instructionSet)
              same bits cost  \(signed(costPercentMedian)) of a step (median; quartiles \
            \(signed(costPercentLowerQuartile)) and \(signed(costPercentUpperQuartile)); rounds: \(rounds))
              best step       \(milliseconds(stepMillisecondsBest)) in tree order, \
            \(milliseconds(orderFreeStepMillisecondsBest)) in any order: \(signed(costPercentBest))
              gradients       differ by \(String(format: "%.1e", largestDifference)) of the largest at most
            """
    }
}

extension [Double] {
    /// The value below which a fraction of them lies, between neighbors by their distance. Of one number at least.
    fileprivate func quantile(_ fraction: Double) -> Double {
        let ordered = sorted()
        let place = fraction * Double(count - 1)
        let lower = Int(place)
        let upper = Swift.min(lower + 1, count - 1)
        return ordered[lower] + (place - Double(lower)) * (ordered[upper] - ordered[lower])
    }
}
