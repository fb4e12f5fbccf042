import Foundation
import Kernels
import Workers

/// The machine that figures are of.
package struct MachineDescription: Codable, Sendable, Equatable {
    /// `AMD EPYC 7543 32-Core Processor`.
    package var processor: String
    /// Cores that run.
    package var cores: Int
    /// Cores that this process may use.
    package var usableCores: Int
    /// Which kernels: `avx2`.
    package var instructionSet: String

    /// Describes this machine.
    package init(kernels: any KernelTable.Type) {
        processor =
            Self.processorName(
                (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? "") ?? "unknown processor"
        cores = Self.activeCores
        usableCores = UsableCores.count
        instructionSet = kernels.name
    }

    static var activeCores: Int { ProcessInfo.processInfo.activeProcessorCount }

    /// The name in `/proc/cpuinfo`: a `model name` on x86-64; on Arm there are only numbers, of implementer and part.
    static func processorName(_ text: String) -> String? {
        func value(_ key: String) -> String? {
            for line in text.split(separator: "\n") where line.hasPrefix(key) {
                let parts = line.split(separator: ":", maxSplits: 1)
                if parts.count == 2 { return parts[1].trimmingCharacters(in: .whitespaces) }
            }
            return nil
        }
        if let name = value("model name"), !name.isEmpty { return name }
        guard let implementer = value("CPU implementer"), let part = value("CPU part") else { return nil }
        return "Arm implementer \(implementer), part \(part)"
    }
}
