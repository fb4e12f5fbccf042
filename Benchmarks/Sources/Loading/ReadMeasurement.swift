import Foundation
import HDF5
import Synchronization

/// Reads all rows of a data set of uint8, a chunk at a time.
struct ReadMeasurement {
    private let dataset: HDF5Dataset
    private let chunks: HDF5ChunkReader<UInt8>

    struct Unsuitable: Error, CustomStringConvertible {
        let description = "expected x_train of uint8 in chunks"
    }

    init(_ dataset: HDF5Dataset) throws {
        guard dataset.elementType == .uint8, let chunks = try HDF5ChunkReader<UInt8>(dataset) else {
            throw Unsuitable()
        }
        self.dataset = dataset
        self.chunks = chunks
    }

    /// Bytes a second, and a second of processor time, which tells more where others use the processor too.
    ///
    /// - Parameter threads: nil to read through the library.
    func speed(threads: Int?) throws -> (wall: Double, processor: Double) {
        let (started, processor) = (ContinuousClock.now, clock())
        let next = Atomic<Int>(0)
        let failed = Atomic<Bool>(false)
        DispatchQueue.concurrentPerform(iterations: threads ?? 1) { _ in
            let scratch = HDF5ChunkScratch()
            var memory = [UInt8](repeating: 0, count: chunks.chunkRows * chunks.rowCount)
            while true {
                let first = next.add(chunks.chunkRows, ordering: .relaxed).oldValue
                guard first < dataset.shape[0] else { return }
                let rows = first..<min(first + chunks.chunkRows, dataset.shape[0])
                do {
                    try memory.withUnsafeMutableBufferPointer { memory in
                        if threads == nil {
                            let part = UnsafeMutableBufferPointer(rebasing: memory[..<(rows.count * chunks.rowCount)])
                            try dataset.read(rows: rows, into: part)
                        } else {
                            try chunks.read(rows: rows, into: memory.baseAddress!, scratch: scratch)
                        }
                    }
                } catch {
                    failed.store(true, ordering: .relaxed)
                    return
                }
            }
        }
        if failed.load(ordering: .relaxed) { throw Unsuitable() }
        let bytes = Double(dataset.count)
        return (
            bytes / ((ContinuousClock.now - started) / .seconds(1)),
            bytes / (Double(clock() - processor) / Double(CLOCKS_PER_SEC))
        )
    }
}
