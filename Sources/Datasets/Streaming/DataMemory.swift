import Foundation
import Workers

/// How a data set is brought into memory. It decides speed and memory, and not one bit of a result.
public struct LoadingOptions: Sendable, Equatable {
    /// Bytes that data may take; nil for `DataMemory.automatic`.
    public var memory: Int?
    /// Threads that read and decompress; nil for two, where there are two cores.
    public var threads: Int?
    /// Whether data that stays in its file is read through even if it is known from an earlier run.
    public var verifies: Bool
    /// What is known of files from before.
    package var known = DatasetContents()

    public init(memory: Int? = nil, threads: Int? = nil, verifies: Bool = false) {
        self.memory = memory
        self.threads = threads
        self.verifies = verifies
    }

    var resolvedThreads: Int { threads ?? min(2, ProcessInfo.processInfo.activeProcessorCount) }
}

/// What a data set is loaded for, which says how its rows will be visited.
package enum DataUse: Sendable, Equatable {
    /// From the first row to the last: to evaluate, to predict, to look at it.
    case inFileOrder
    /// Training, in the order of a shuffle, in batches; and in the order of the file to validate.
    case training(shuffle: Shuffle, batchSize: Int)
}

/// Amounts of memory for data.
package enum DataMemory {
    /// Half of the memory there is, or what is left of it where the rest takes more.
    ///
    /// - Parameter others: bytes that the program takes beside the data.
    package static func automatic(beside others: Int = 0) -> Int {
        let limit = UsableMemory.limit.bytes
        return max(0, min(limit / 2, limit - others))
    }

    /// Bytes that numbers which have to be in memory may take: what the machine has or the control group allows, less
    /// what the program takes beside them.
    static var mostNumbers: Int {
        let machine = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        let all = min(machine, UsableMemory.controlGroupLimit(readFile: ControlGroup.read) ?? .max)
        return max(0, all - max(32 << 20, all / 8))
    }

    /// - Throws: `DatasetError` for numbers that have no room in memory, before the system ends the process for them.
    static func require(_ bytes: Int, within most: Int = mostNumbers, file: String, object: String? = nil) throws {
        guard bytes > most else { return }
        throw DatasetError(
            .unsupported, file: file, object: object, expected: "numbers that fit in \(wholeSize(most)) of memory",
            found: "\(wholeSize(bytes)) of them",
            advice: "Give the program more memory (memory.max of a control group), or import parts, and join them with "
                + "lockstep convert.")
    }

    /// An amount as people write it: a whole number of bytes, or one with KiB, MiB, GiB or TiB. Nil for anything else,
    /// for zero, and for more than an `Int` holds.
    package static func bytes(_ text: String) -> Int? {
        let units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40), ("", 0)]
        let (unit, shift) = units.first { text.hasSuffix($0.0) }!
        let digits = text.dropLast(unit.count)
        guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(digits), number > 0
        else { return nil }
        let bytes = number.multipliedReportingOverflow(by: 1 << shift)
        return bytes.overflow ? nil : bytes.partialValue
    }
}

/// A size that `DataMemory.bytes` reads as at least as much: `27MiB`.
func wholeSize(_ bytes: Int) -> String {
    bytes > 1 << 20 ? "\((bytes + (1 << 20) - 1) >> 20)MiB" : "\((bytes + 1023) >> 10)KiB"
}
