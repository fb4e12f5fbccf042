import HDF5
import Kernels
import Timelines

/// Where batches take the inputs of a table from: memory, a mapping, or windows of a stream.
///
///     let reader = try SampleReader(table, shuffle: .full, seed: 1, batchSize: 128)
///     try reader.acquire(0..<128, of: order)                    // waits for what is still to be read
///     reader.locate(0..<128, of: order, to: locations, kernels: kernels)
///     reader.gather(locations, count: 128, into: batch, kernels: kernels)
///
/// `acquire` is one thread's; what it brought into memory may be gathered by all until the next call.
package final class SampleReader: Sendable {
    package let table: SampleTable
    private let stream: RowStream?

    /// The most samples that can be acquired at a time in the order of the file.
    package let capacity: Int

    /// A reader for training: positions go up from step to step, epoch after epoch.
    ///
    /// - Throws: `DatasetError` if the inputs are streamed and a full shuffle would need all of them at once.
    package init(_ table: SampleTable, shuffle: Shuffle, seed: UInt64, batchSize: Int) throws {
        self.table = table
        capacity = batchSize
        guard case .streamed(let inputs) = table.inputs else {
            stream = nil
            if shuffle != .none { table.mapping?.expectRandomAccess() }
            return
        }
        guard shuffle != .full else {
            throw cannotShuffleFully(
                file: table.origin.file, object: table.origin.inputs, needed: table.inputBytes,
                memory: inputs.memory.training)
        }
        stream = inputs.streamForTraining(
            count: table.count, rows: table.rows, shuffle: shuffle, seed: seed, batchSize: batchSize)
    }

    /// A reader that goes through the table once, in the order of the file.
    package init(inFileOrder table: SampleTable) throws {
        self.table = table
        guard case .streamed(let inputs) = table.inputs else {
            stream = nil
            capacity = .max
            return
        }
        let stream = try inputs.streamInFileOrder(count: table.count, rows: table.rows)
        self.stream = stream
        capacity = stream.capacity
    }

    /// Has what loading threads do drawn on a timeline, or on none any more.
    package func record(on timeline: Timeline?) { stream?.record(on: timeline) }

    /// Whether locations are samples, so that `locate` has nothing to find out.
    package var isResident: Bool { stream == nil }

    /// Waits until the inputs of the samples at `positions` are in memory.
    ///
    /// - Throws: `HDF5Error` or `DatasetError` that names file, data set and row, for what cannot be read or has
    ///   changed.
    package func acquire(_ positions: Range<Int>, of order: SampleOrder) throws {
        guard let stream else { return try table.checkUnchanged() }
        guard !positions.isEmpty else { return }
        try stream.acquire(stream.plan.windows(of: positions, in: order))
    }

    /// Writes where the samples at `positions` will be.
    package func locate(
        _ positions: Range<Int>, of order: SampleOrder, to locations: UnsafeMutablePointer<Int32>,
        kernels: any KernelTable.Type
    ) {
        guard let stream else { return order.copy(positions, to: locations, kernels: kernels) }
        stream.plan.copySlots(positions, of: order, to: locations, kernels: kernels, base: stream.firstSlot)
    }

    /// Has the system begin to read the inputs of the next batch, where the file itself serves as memory. Streams read
    /// ahead by themselves.
    package func prefetch(_ locations: UnsafePointer<Int32>, count: Int) {
        guard let mapping = table.mapping else { return }
        mapping.prefetch(count: count, bytes: table.mappedRowBytes) { table.originalRow(Int(locations[$0])) }
    }

    /// Copies inputs into a batch of shape [count, features], normalized. Allocates nothing.
    package func gather(
        _ locations: UnsafePointer<Int32>, count: Int, into batch: UnsafeMutablePointer<Float>,
        kernels: any KernelTable.Type
    ) {
        guard let stream else { return table.gatherInputs(locations, count: count, into: batch, kernels: kernels) }
        stream.rows(from: 0).gather(locations, count: count, table.gathering, into: batch, kernels: kernels)
    }
}

/// The error for a full shuffle of inputs that do not fit in memory and cannot be mapped.
///
/// - Parameter type: of the elements in the file, if it is known.
func cannotShuffleFully(
    file: String, object: String, needed: Int, memory: Int, type: HDF5ElementType? = nil, isPacked: Bool = false
) -> DatasetError {
    let isMappable = !isPacked && [.uint8, .float32].contains(type)
    let other = type == nil ? "chunks or in a type that is converted" : "a type that is converted"
    let command =
        "lockstep convert \(ColumnMajorProgram.quoted(file)) \(isMappable ? "" : "--type float32 ")--output new.h5"
    return DatasetError(
        .invalidOption, file: file, object: object,
        expected:
            "\(wholeSize(needed)) of memory for data, since a full shuffle needs any row at any time and the file stores "
            + "rows in \(isMappable ? "chunks" : other)",
        found: wholeSize(memory),
        advice: "Raise --data-memory, or set shuffle: {block: 256, window: 16384} in the configuration, or store the "
            + "data contiguously\(isMappable ? "" : " and as Float32"): \(command)")
}
