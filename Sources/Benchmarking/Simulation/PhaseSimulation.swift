/// Items that workers claim one after the other, each of which is a chain of pieces of work.
protocol SimulatedPhase {
    var itemCount: Int { get }

    /// The first piece of an item.
    mutating func begin(item: Int) -> SimulatedWork

    /// What the worker has to do next for an item whose last piece is done; nil when it is done itself.
    mutating func proceed(item: Int) -> SimulatedWork?
}

/// The phases of a team, event by event: who claims which item when, who sleeps, and who waits for memory.
///
/// Between two events each worker proceeds at a constant rate: that of a core alone, unless all together ask for more
/// bytes a second than the machine moves. Then those who ask for less than a fair share get what they ask for, and the
/// others share the rest equally (max-min fairness), and are that much slower: the roofline, for each piece of work.
struct PhaseSimulation {
    let machine: SimulatedMachine
    /// Since when each worker has had nothing to do.
    private var idleSince: [Double]
    /// Seconds in which each worker had work.
    private(set) var busySeconds: [Double]

    private struct Running {
        let item: Int
        var work: SimulatedWork
        /// The share of the work that is left, in 0 ... 1.
        var left: Double
    }

    init(machine: SimulatedMachine, workers: Int) {
        self.machine = machine
        idleSince = Array(repeating: 0, count: workers)
        busySeconds = idleSince
    }

    /// Does all items of a phase that the leader publishes at a moment, and returns when the last is done.
    mutating func run(_ phase: inout some SimulatedPhase, at start: Double) -> Double {
        var ready = readyTimes(at: start)
        var running = [Running?](repeating: nil, count: ready.count)
        let count = phase.itemCount
        var (now, nextItem, done, claimFrom) = (start, 0, 0, start)
        while done < count {
            let rates = self.rates(running)
            // The next event: a worker comes to claim, or one is done with its piece.
            var (time, worker) = (Double.infinity, 0)
            for index in ready.indices {
                let candidate: Double
                if let current = running[index] {
                    candidate = current.left > 0 ? now + current.left / rates[index] : now
                } else {
                    guard nextItem < count else { continue }
                    candidate = max(ready[index], now)
                }
                if candidate < time { (time, worker) = (candidate, index) }
            }
            for index in ready.indices where running[index] != nil {
                running[index]!.left = max(0, running[index]!.left - (time - now) * rates[index])
                busySeconds[index] += time - now
            }
            now = time
            if let current = running[worker] {
                if let work = phase.proceed(item: current.item) {
                    running[worker] = Running(item: current.item, work: work, left: 1)
                } else {
                    running[worker] = nil
                    ready[worker] = now
                    idleSince[worker] = now
                    done += 1
                }
            } else if claimFrom > now {
                // Another one is claiming: one after the other.
                ready[worker] = claimFrom
            } else {
                claimFrom = now + machine.claimMicroseconds * 1e-6
                running[worker] = Running(item: nextItem, work: phase.begin(item: nextItem), left: 1)
                nextItem += 1
            }
        }
        return now
    }

    /// When each worker can claim its first item. The leader signals those that sleep, one after the other, before it
    /// works itself.
    private func readyTimes(at start: Double) -> [Double] {
        var signaled = start
        var times = idleSince.map { _ in start }
        for worker in 1..<max(1, times.count) where start - idleSince[worker] > machine.spinMicroseconds * 1e-6 {
            signaled += machine.signalMicroseconds * 1e-6
            times[worker] = signaled + machine.wakeMicroseconds * 1e-6
        }
        times[0] = signaled
        return times
    }

    /// How much of its piece each worker does in a second.
    private func rates(_ running: [Running?]) -> [Double] {
        let demands = running.map { $0.map { $0.work.seconds > 0 ? $0.work.bytes / $0.work.seconds : 0 } ?? 0 }
        let limit = Self.fairShare(of: machine.totalGigabytesPerSecond * 1e9, demands: demands)
        return zip(running, demands).map { current, demand in
            guard let current, current.work.seconds > 0 else { return .infinity }
            return (demand > limit ? limit / demand : 1) / current.work.seconds
        }
    }

    /// The most that anyone gets: all get what they ask for, or this.
    static func fairShare(of total: Double, demands: [Double]) -> Double {
        guard demands.reduce(0, +) > total else { return .infinity }
        var (left, share) = (total, 0.0)
        let sorted = demands.sorted()
        for (index, demand) in sorted.enumerated() {
            share = left / Double(sorted.count - index)
            if demand >= share { break }
            left -= demand
        }
        return share
    }
}
