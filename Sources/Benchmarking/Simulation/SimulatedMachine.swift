import Foundation
import Kernels
import Workers

/// A machine as the simulator knows it: this one, measured, or another one, described in a JSON file.
package struct SimulatedMachine: Codable, Sendable, Equatable {
    package var name: String
    package var cores: Int
    /// What one core reaches in multiply-adds, the same however many work.
    package var coreGflops: Double
    /// What one core alone, and all cores together, move between themselves and memory.
    package var coreGigabytesPerSecond: Double
    package var totalGigabytesPerSecond: Double
    /// Last-level cache of all cores.
    package var cacheMebibytes: Double
    /// The time from a signal until a sleeping worker works.
    package var wakeMicroseconds = 60.0
    /// What it costs the leader to signal one.
    package var signalMicroseconds = 5.0
    /// How long a worker without work looks for some before it sleeps.
    package var spinMicroseconds = 100.0
    /// The time from one worker's claim of an item until another one can claim: a cache line goes from core to core.
    package var claimMicroseconds = 0.1
    /// Where these numbers come from.
    package var assumptions: [String] = []

    package init(
        name: String, cores: Int, coreGflops: Double, coreGigabytesPerSecond: Double, totalGigabytesPerSecond: Double,
        cacheMebibytes: Double, assumptions: [String] = []
    ) {
        self.name = name
        self.cores = cores
        self.coreGflops = coreGflops
        self.coreGigabytesPerSecond = coreGigabytesPerSecond
        self.totalGigabytesPerSecond = totalGigabytesPerSecond
        self.cacheMebibytes = cacheMebibytes
        self.assumptions = assumptions
    }

    /// Describes this machine, measured for a second or so.
    package init(measuringWith kernels: any KernelTable.Type) {
        let description = MachineDescription(kernels: kernels)
        func measure(workers: Int) -> (peak: Double, bandwidth: Double) {
            let team = WorkerTeam(workerCount: workers)
            let (peak, memory) = (
                TeamPeak(kernels: kernels, team: team), TeamBandwidth(kernels: kernels, team: team)
            )
            team.region {
                for _ in 0..<3 {
                    peak.measure()
                    memory.measure()
                }
            }
            return (peak.best, memory.best)
        }
        let (one, all) = (measure(workers: 1), measure(workers: description.usableCores))
        self.init(
            name: description.processor, cores: description.usableCores, coreGflops: one.peak / 1e9,
            coreGigabytesPerSecond: one.bandwidth / 1e9,
            totalGigabytesPerSecond: max(all.bandwidth, one.bandwidth) / 1e9,
            cacheMebibytes: Self.lastLevelCache() ?? 32,
            assumptions: ["rates and bandwidth measured here; waking, signaling, spinning and claiming by default"])
    }

    /// - Throws: `SimulationError` for a number that is not above 0.
    package func check() throws {
        let numbers = [
            ("coreGflops", coreGflops), ("coreGigabytesPerSecond", coreGigabytesPerSecond),
            ("totalGigabytesPerSecond", totalGigabytesPerSecond), ("cacheMebibytes", cacheMebibytes),
            ("cores", Double(cores)),
        ]
        for (name, value) in numbers where !(value > 0 && value.isFinite) {
            throw SimulationError.badNumber(name: name, value: value)
        }
        for (name, value) in [
            ("wakeMicroseconds", wakeMicroseconds), ("signalMicroseconds", signalMicroseconds),
            ("spinMicroseconds", spinMicroseconds), ("claimMicroseconds", claimMicroseconds),
        ] where !(value >= 0 && value.isFinite) {
            throw SimulationError.badNumber(name: name, value: value)
        }
    }

    /// MiB of the cache of the highest level that the first core has.
    private static func lastLevelCache() -> Double? {
        for index in (0...4).reversed() {
            let path = "/sys/devices/system/cpu/cpu0/cache/index\(index)/size"
            guard let text = try? String(contentsOfFile: path, encoding: .utf8), let unit = text.firstIndex(of: "K"),
                let kibibytes = Double(text[..<unit])
            else { continue }
            return kibibytes / 1024
        }
        return nil
    }
}

/// What keeps a simulation from being one.
package enum SimulationError: Error, Equatable, CustomStringConvertible {
    case badNumber(name: String, value: Double)
    case tooFewRows(rows: Int, shards: Int)

    package var description: String {
        switch self {
        case .badNumber(let name, let value): "\(name): expected a number above 0, found \(value)"
        case .tooFewRows(let rows, let shards): "a batch of \(rows) rows cannot be cut into \(shards) shards"
        }
    }
}
