/// A scaling measurement as a page for browsers: one file that loads nothing, runs nothing and works without a network.
package struct ScalingReport {
    private let measurement: ScalingMeasurement

    package init(_ measurement: ScalingMeasurement) { self.measurement = measurement }

    package var html: String {
        let sections = measurement.curves.map(ScalingSection.init).map(\.markup)
        return ReportPage(
            title: "How \(measurement.workload) scales",
            body: ([introduction, warnings] + sections + [notes]).joined(separator: "\n")
        ).html
    }

    private var introduction: String {
        let machine = measurement.machine
        return
            "<p class=\"faint\">\(escapedMarkup(machine.processor)), \(counted(machine.usableCores, "usable core")), "
            + "\(escapedMarkup(machine.instructionSet)) · \(counted(measurement.rounds, "round")) of "
            + "\(rounded(measurement.secondsPerRound, 2)) s for each number of workers · Lockstep "
            + "\(escapedMarkup(measurement.lockstepVersion))</p>"
    }

    private var warnings: String {
        guard !measurement.warnings.isEmpty else { return "" }
        let items = measurement.warnings.map { "<li>\(escapedMarkup($0))</li>" }.joined()
        return "<div class=\"warnings\"><strong>What makes these figures doubtful</strong><ul>\(items)</ul></div>"
    }

    private var notes: String {
        let intervals =
            measurement.rounds > 1
            ? "Intervals lie between two of the rounds' own figures and hold the true median with a probability of "
                + "\(percent(measurement.intervalCoverage)) (order statistics; nothing is taken to be normal)."
            : "One round has no intervals."
        return """
            <h2>How it was measured</h2>
            <ul>
            <li>In each round every number of workers trains for a while, and the next round begins with another one.
            Efficiency is throughput a worker over that of the fewest workers, from the two times of the same round; what
            is shown is the median of the rounds. \(intervals)</li>
            <li>Where the time goes was recorded afterwards. Waiting has in it whatever is none of the others.</li>
            <li>The FMA peak is what as many threads reach in nothing but multiply-adds, measured right before the steps;
            the bandwidth is that of y += x over arrays larger than the caches. What is streamed is counted: gradients,
            parameters, moments and packed weights, of which caches may hold some.</li>
            <li>Laws are fitted by least squares of relative errors. Amdahl 1967: N / (1 + σ(N − 1)). Gustafson 1988:
            N − σ(N − 1). Universal Scalability Law, Gunther 2007: N / (1 + σ(N − 1) + κN(N − 1)).</li>
            </ul>
            """
    }
}
