import HDF5
import Synchronization
import Workers

extension HDF5Dataset {
    /// Reads all elements, on several threads if they lie in chunks that are decoded outside the library's lock.
    func read<Element: HDF5Decodable>(into output: UnsafeMutableBufferPointer<Element>, _ threads: Int) throws {
        guard let chunks = try HDF5ChunkReader<Element>(self), let base = output.baseAddress else {
            return try read(into: output)
        }
        precondition(output.count == count)
        let rows = shape[0]
        let bands = (rows + chunks.chunkRows - 1) / chunks.chunkRows
        let next = Atomic<Int>(0)
        let failure = Locked<(any Error)?>(nil)
        nonisolated(unsafe) let memory = base
        ConcurrentCalls.perform(iterations: min(threads, bands)) { _ in
            let scratch = HDF5ChunkScratch()
            while failure.withLock({ $0 == nil }) {
                let first = next.add(1, ordering: .relaxed).oldValue * chunks.chunkRows
                guard first < rows else { return }
                do {
                    try chunks.read(
                        rows: first..<min(first + chunks.chunkRows, rows), into: memory + first * chunks.rowCount,
                        scratch: scratch)
                } catch {
                    failure.withLock { $0 = $0 ?? error }
                }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }
}
