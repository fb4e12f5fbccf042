/// Reads rows of a chunked data set, by several threads at once.
///
///     let reader = try HDF5ChunkReader<Float>(dataset)!
///     let scratch = HDF5ChunkScratch()                   // one for each thread
///     try reader.read(rows: 512..<768, into: memory, scratch: scratch)
///
/// The library holds its lock while it decompresses, so threads that call `HDF5Dataset.read` do not help each other.
/// Here only the bytes of a chunk are read under the lock; checksum, inflation, shuffle and conversion follow outside.
/// The numbers are those of `HDF5Dataset.read`.
package final class HDF5ChunkReader<Element: HDF5Decodable>: Sendable {
    package let dataset: HDF5Dataset
    /// Rows of a chunk: reading whole multiples decodes nothing twice.
    package let chunkRows: Int
    /// Elements in a row of the data set.
    package let rowCount: Int
    /// The most bytes that a thread's scratch memory comes to.
    package let scratchBytes: Int

    private let chunk: [Int]
    /// Chunks along each dimension.
    private let grid: [Int]
    private let pipeline: ChunkPipeline
    private let fill: Element

    /// Nil for what only the library reads: another layout, another pipeline than shuffle, deflate, Fletcher32 in this
    /// order, a type that is not converted here.
    ///
    /// - Throws: what `HDF5Dataset.checkReadable` throws.
    package init?(_ dataset: HDF5Dataset) throws {
        try dataset.checkReadable()
        guard
            case .chunked(let chunk) = dataset.layout, !dataset.hasUnusualPipeline, !dataset.shape.isEmpty,
            Element.decodes(dataset.elementType), dataset.count > 0,
            let fill = try dataset.fillValue(as: Element.self, zero: .zero)
        else { return nil }
        // Neither overflows: checkReadable multiplied both.
        let elements = chunk.reduce(1, *)
        guard
            let pipeline = ChunkPipeline(
                dataset.filters, chunkBytes: elements * dataset.elementType.size,
                elementSize: dataset.elementType.size)
        else { return nil }
        self.dataset = dataset
        self.chunk = chunk
        self.pipeline = pipeline
        self.fill = fill
        grid = zip(dataset.shape, chunk).map { ($0 + $1 - 1) / $1 }
        chunkRows = chunk[0]
        rowCount = dataset.shape.dropFirst().reduce(1, *)
        scratchBytes =
            pipeline.longestStored + 2 * pipeline.chunkBytes + elements * MemoryLayout<Element>.stride
    }

    /// Reads rows into memory for as many.
    ///
    /// - Throws: `HDF5Error` that names the chunk, for one that cannot be read or is damaged.
    package func read(
        rows: Range<Int>, into output: UnsafeMutablePointer<Element>, scratch: HDF5ChunkScratch
    ) throws {
        guard rows.lowerBound >= 0, rows.upperBound <= dataset.shape[0] else {
            throw dataset.handle.subject.error(
                .mismatch, "read the data set",
                "rows \(rows.lowerBound)..<\(rows.upperBound) asked for, found \(dataset.shape[0])")
        }
        if rows.isEmpty { return }
        do {
            try readBands(rows, into: output, scratch)
        } catch let error as NoMemory {
            throw dataset.handle.subject.error(
                .outOfMemory, "read the chunk",
                "there is too little memory for it: \(error.bytes) bytes more are needed")
        }
    }

    /// Throws `NoMemory` too.
    private func readBands(
        _ rows: Range<Int>, into output: UnsafeMutablePointer<Element>, _ scratch: HDF5ChunkScratch
    ) throws {
        for band in rows.lowerBound / chunkRows...(rows.upperBound - 1) / chunkRows {
            let first = band * chunkRows
            let held = first..<min(first + chunkRows, dataset.shape[0])
            let wanted = held.clamped(to: rows)
            let target = output + (wanted.lowerBound - rows.lowerBound) * rowCount
            if chunk.dropFirst().elementsEqual(dataset.shape.dropFirst()) {
                let start = [first] + dataset.shape.dropFirst().map { _ in 0 }
                try readWholeRows(held: held, wanted: wanted, start, into: target, scratch)
            } else {
                try readPieces(first: first, wanted: wanted, into: target, scratch)
            }
        }
    }

    /// A chunk that holds whole rows.
    private func readWholeRows(
        held: Range<Int>, wanted: Range<Int>, _ start: [Int], into target: UnsafeMutablePointer<Element>,
        _ scratch: HDF5ChunkScratch
    ) throws {
        guard wanted != held else { return try decode(start, count: held.count * rowCount, into: target, scratch) }
        // A neighbor is likely to want the rest.
        if scratch.held != .init(reader: ObjectIdentifier(self), row: held.lowerBound) {
            scratch.held = nil
            let elements = try scratch.elements.pointer(count: held.count * rowCount, as: Element.self)
            try decode(start, count: held.count * rowCount, into: elements, scratch)
            scratch.held = .init(reader: ObjectIdentifier(self), row: held.lowerBound)
        }
        let elements = try scratch.elements.pointer(count: held.count * rowCount, as: Element.self)
        target.update(
            from: elements + (wanted.lowerBound - held.lowerBound) * rowCount, count: wanted.count * rowCount)
    }

    /// All chunks side by side in a band of rows, each with a part of every row.
    private func readPieces(
        first: Int, wanted: Range<Int>, into target: UnsafeMutablePointer<Element>, _ scratch: HDF5ChunkScratch
    ) throws {
        scratch.held = nil
        let shape = dataset.shape
        let elements = try scratch.elements.pointer(count: chunk.reduce(1, *), as: Element.self)
        var place = [0] + [Int](repeating: 0, count: shape.count - 1)
        repeat {
            let start = [first] + (1..<shape.count).map { place[$0] * chunk[$0] }
            try decode(start, count: chunk.reduce(1, *), into: elements, scratch)
            let box = (0..<shape.count).map { axis in
                axis == 0 ? wanted : start[axis]..<min(start[axis] + chunk[axis], shape[axis])
            }
            copy(box, from: elements, start: start, into: target)
        } while advance(&place)
    }

    /// The next place in the grid of a band; false after the last.
    private func advance(_ place: inout [Int]) -> Bool {
        for axis in place.indices.dropFirst().reversed() {
            place[axis] += 1
            if place[axis] < grid[axis] { return true }
            place[axis] = 0
        }
        return false
    }

    /// Copies a box of the data set out of a chunk that begins at `start`, run by run along the last dimension.
    /// `target` is where the first row of the box begins.
    private func copy(
        _ box: [Range<Int>], from elements: UnsafePointer<Element>, start: [Int],
        into target: UnsafeMutablePointer<Element>
    ) {
        let last = box.count - 1
        var position = box.map(\.lowerBound)
        while true {
            var (source, destination) = (0, 0)
            for axis in box.indices {
                source = source * chunk[axis] + position[axis] - start[axis]
                destination = destination * dataset.shape[axis] + position[axis] - (axis == 0 ? box[0].lowerBound : 0)
            }
            (target + destination).update(from: elements + source, count: box[last].count)
            var axis = last - 1
            while axis >= 0 {
                position[axis] += 1
                if position[axis] < box[axis].upperBound { break }
                position[axis] = box[axis].lowerBound
                axis -= 1
            }
            if axis < 0 { return }
        }
    }

    /// The first `count` elements of the chunk at `start`.
    private func decode(
        _ start: [Int], count: Int, into output: UnsafeMutablePointer<Element>, _ scratch: HDF5ChunkScratch
    ) throws {
        var stored = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        let skipped = try dataset.readRawChunk(at: start, atMost: pipeline.longestStored) { size, read in
            stored = try scratch.stored.bytes(count: size)
            try read(stored.baseAddress!)
        }
        guard let skipped else { return output.update(repeating: fill, count: count) }
        do throws(ChunkPipeline.Failure) {
            let bytes = try pipeline.undo(UnsafeRawBufferPointer(stored), skipped: skipped, scratch)
            Element.decode(bytes, count: count, dataset.elementType, into: output)
        } catch {
            switch error {
            case .damage(let text):
                throw dataset.handle.subject.error(
                    .failed, "read the chunk", "the chunk at \(start) is damaged: \(text)")
            case .noMemory(let error): throw error
            }
        }
    }
}
