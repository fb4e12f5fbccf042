/// A formula for the throughput X of N workers, fitted to measured ones.
package enum ScalingLaw: String, Encodable, Sendable, CaseIterable {
    /// X(N) = γ·N / (1 + σ·(N - 1)): a share σ of one worker's time is serial. Amdahl, "Validity of the single
    /// processor approach to achieving large scale computing capabilities", AFIPS 1967. For a problem that stays the
    /// same.
    case amdahl
    /// X(N) = γ·(N - σ·(N - 1)): a share σ of the time is serial while the work grows with the workers. Gustafson,
    /// "Reevaluating Amdahl's law", CACM 31, 1988.
    case gustafson
    /// X(N) = γ·N / (1 + σ·(N - 1) + κ·N·(N - 1)): contention σ for what one worker at a time may use, and coherency κ,
    /// the cost of each pair of workers keeping each other up to date. Gunther, "A general theory of computational
    /// scalability based on rational functions", arXiv:0808.1431, and *Guerrilla Capacity Planning*, 2007.
    case universal

    package var name: String {
        switch self {
        case .amdahl: "Amdahl's law"
        case .gustafson: "Gustafson's law"
        case .universal: "Universal Scalability Law"
        }
    }

    /// How many different worker counts a fit needs: as many as it has unknowns.
    package var pointsNeeded: Int { self == .universal ? 3 : 2 }
}

/// The numbers of a law.
package struct ScalingCoefficients: Sendable, Equatable {
    package let law: ScalingLaw
    /// γ: samples a second of one worker.
    package let single: Double
    /// σ: the serial share or the contention, in 0 ... 1.
    package let contention: Double
    /// κ, at least 0.
    package let coherency: Double

    package init(law: ScalingLaw, single: Double, contention: Double, coherency: Double = 0) {
        self.law = law
        self.single = single
        self.contention = contention
        self.coherency = coherency
    }

    /// The best fit in relative error, by non-negative least squares; nil for fewer worker counts than the law has
    /// unknowns.
    ///
    /// Each law is linear in numbers that must not be negative: with p = (1 - σ)/γ, q = σ/γ and r = κ/γ the first and
    /// the last are N / X = p + q·N + r·N·(N - 1); Gustafson's is X = p' + q'·N with p' = γ·σ and q' = γ·(1 - σ). So σ
    /// comes out between 0 and 1.
    ///
    /// - Parameter points: worker counts, and the samples a second of each.
    package init?(_ law: ScalingLaw, fitting points: [(workers: Int, throughput: Double)]) {
        guard Set(points.map(\.workers)).count >= law.pointsNeeded else { return nil }
        let rows = points.map { point -> [Double] in
            let n = Double(point.workers)
            // Divided by what the equation should give, so that errors are relative ones.
            switch law {
            case .amdahl: return [1, n].map { $0 * point.throughput / n }
            case .universal: return [1, n, n * (n - 1)].map { $0 * point.throughput / n }
            case .gustafson: return [1, n].map { $0 / point.throughput }
            }
        }
        guard let found = nonnegativeLeastSquares(rows: rows, values: rows.map { _ in 1 }) else { return nil }
        let sum = found[0] + found[1]
        guard sum > 0 else { return nil }
        self.law = law
        single = law == .gustafson ? sum : 1 / sum
        contention = law == .gustafson ? found[0] / sum : found[1] / sum
        coherency = found.count > 2 ? found[2] / sum : 0
    }

    /// Samples a second of so many workers.
    package func throughput(workers: Double) -> Double {
        let n = workers
        switch law {
        case .gustafson: return single * (n - contention * (n - 1))
        case .amdahl, .universal: return single * n / (1 + contention * (n - 1) + coherency * n * (n - 1))
        }
    }

    /// The number of workers beyond which throughput falls, √((1 - σ)/κ); nil where it never does.
    package var bestWorkers: Double? {
        coherency > 0 ? ((1 - contention) / coherency).squareRoot() : nil
    }

    /// How many times as fast as one worker any number of them can be; nil without a limit.
    package var limit: Double? {
        switch law {
        case .gustafson: return nil
        case .amdahl: return contention > 0 ? 1 / contention : nil
        case .universal:
            if let best = bestWorkers { return throughput(workers: max(best, 1)) / single }
            return contention > 0 ? 1 / contention : nil
        }
    }
}
