import Synchronization
import Workers

/// Decodes files on several threads, and hands on what came of them in the order of files.
struct ImagePass {
    let reader: ImageReader
    let threads: Int

    /// Bytes of samples that wait for their turn, about, and files at once at most.
    private static let batchBytes = 32 << 20
    private static let batchFiles = 256

    /// - Parameters:
    ///   - form: what samples are like; nil to take any.
    ///   - makesSamples: false to see only which files can be decoded.
    ///   - body: what it throws ends the pass.
    func run(
        _ files: [ImageFolder.File], as form: ImageForm?, makesSamples: Bool,
        _ body: (ImageFolder.File, ImageReader.Outcome) throws -> Void
    ) throws {
        let batch = max(threads, min(Self.batchFiles, Self.batchBytes / (form?.bytes ?? 1)))
        for first in stride(from: 0, to: files.count, by: batch) {
            let part = files[first..<min(first + batch, files.count)]
            let outcomes = Locked([ImageReader.Outcome?](repeating: nil, count: part.count))
            let next = Atomic<Int>(0)
            ConcurrentCalls.perform(iterations: min(threads, part.count)) { _ in
                while case let index = next.add(1, ordering: .relaxed).oldValue, index < part.count {
                    let outcome = reader.read(part[first + index], as: form, makesSample: makesSamples)
                    outcomes.withLock { $0[index] = outcome }
                }
            }
            for (file, outcome) in zip(part, outcomes.withLock { $0 }) { try body(file, outcome!) }
        }
    }
}
