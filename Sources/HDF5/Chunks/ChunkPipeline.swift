import CDeflate
import CSystem

/// The filters of a data set as they are undone outside the library: shuffle, deflate, Fletcher32, each at most once
/// and in this order.
struct ChunkPipeline: Sendable {
    /// Bytes of a chunk before all filters.
    let chunkBytes: Int
    private let elementSize: Int
    /// The bits of the filters in a chunk's mask of skipped ones; nil for a filter that there is not.
    private let shuffle: UInt32?
    private let deflate: UInt32?
    private let fletcher32: UInt32?

    /// Why a chunk cannot be read.
    enum Failure: Error {
        case damage(String)
        case noMemory(NoMemory)
    }

    /// Nil for another pipeline.
    init?(_ filters: [HDF5Filter], chunkBytes: Int, elementSize: Int) {
        self.chunkBytes = chunkBytes
        self.elementSize = elementSize
        var (shuffle, deflate, fletcher32): (UInt32?, UInt32?, UInt32?)
        for (index, filter) in filters.enumerated() {
            let bit = UInt32(1) << UInt32(index)
            switch filter {
            case .shuffle where shuffle == nil && deflate == nil && fletcher32 == nil: shuffle = bit
            case .deflate where deflate == nil && fletcher32 == nil: deflate = bit
            case .fletcher32 where fletcher32 == nil: fletcher32 = bit
            default: return nil
            }
        }
        (self.shuffle, self.deflate, self.fletcher32) = (shuffle, deflate, fletcher32)
    }

    /// The most bytes a chunk can have in a file. Deflate stores what it cannot compress in blocks of 64 KiB with 5
    /// bytes each at most, and 6 for the frame of zlib (RFC 1950, 1951); old zlib cuts blocks of 16 KiB.
    var longestStored: Int { chunkBytes + (deflate == nil ? 0 : chunkBytes / 1024 + 64) + 4 }

    /// Undoes the filters. The result has `chunkBytes`, and is valid until the scratch memory is used again.
    func undo(
        _ stored: UnsafeRawBufferPointer, skipped: UInt32, _ scratch: HDF5ChunkScratch
    ) throws(Failure) -> UnsafeRawPointer {
        func applies(_ bit: UInt32?) -> Bool { bit.map { skipped & $0 == 0 } ?? false }
        var bytes = stored
        if applies(fletcher32) {
            guard bytes.count >= 4 else { throw .damage("it has \(bytes.count) bytes, too few for its checksum") }
            let length = bytes.count - 4
            let sum = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: length, as: UInt32.self))
            bytes = UnsafeRawBufferPointer(rebasing: bytes[..<length])
            guard Fletcher32.matches(sum, bytes) else {
                throw .damage("its Fletcher32 checksum is not that of its bytes")
            }
        }
        if applies(deflate) {
            bytes = try inflate(bytes, scratch)
        }
        guard bytes.count == chunkBytes else {
            throw .damage("expected \(chunkBytes) bytes, found \(bytes.count)")
        }
        guard applies(shuffle), elementSize > 1 else { return bytes.baseAddress! }
        let output = try room(in: scratch.second)
        unshuffle(
            bytes.baseAddress!.assumingMemoryBound(to: UInt8.self), count: chunkBytes / elementSize, size: elementSize,
            into: output.baseAddress!.assumingMemoryBound(to: UInt8.self))
        return UnsafeRawPointer(output.baseAddress!)
    }

    private func inflate(
        _ bytes: UnsafeRawBufferPointer, _ scratch: HDF5ChunkScratch
    ) throws(Failure) -> UnsafeRawBufferPointer {
        let (output, decompressor) = (try room(in: scratch.first), try decompressor(of: scratch))
        var (used, made) = (0, 0)
        let result = libdeflate_zlib_decompress_ex(
            decompressor, bytes.baseAddress, bytes.count, output.baseAddress, chunkBytes, &used, &made)
        switch result {
        case LIBDEFLATE_SUCCESS: return UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(output)[..<made])
        case LIBDEFLATE_INSUFFICIENT_SPACE:
            throw .damage("it expands to more than the \(chunkBytes) bytes of a chunk")
        default: throw .damage("its \(bytes.count) bytes are no whole deflate stream, or its checksum is wrong")
        }
    }

    /// Room for a chunk.
    private func room(in memory: GrowingMemory) throws(Failure) -> UnsafeMutableRawBufferPointer {
        do throws(NoMemory) { return try memory.bytes(count: chunkBytes) } catch { throw .noMemory(error) }
    }

    private func decompressor(of scratch: HDF5ChunkScratch) throws(Failure) -> OpaquePointer {
        do throws(NoMemory) { return try scratch.decompressor() } catch { throw .noMemory(error) }
    }
}

/// Memory that one thread decodes chunks in. Grows to what the largest chunk needs; not to be shared.
package final class HDF5ChunkScratch {
    /// The chunk that `elements` holds, if it does.
    struct Held: Equatable {
        let reader: ObjectIdentifier
        let row: Int
    }

    let stored = GrowingMemory()
    let first = GrowingMemory()
    let second = GrowingMemory()
    let elements = GrowingMemory()
    private var made: OpaquePointer?
    var held: Held?

    package init() {}

    deinit { if let made { libdeflate_free_decompressor(made) } }

    func decompressor() throws(NoMemory) -> OpaquePointer {
        if let made { return made }
        guard let new = libdeflate_alloc_decompressor() else { throw NoMemory(bytes: 1 << 16) }
        made = new
        return new
    }
}

/// The system gave no memory for so many bytes, about.
struct NoMemory: Error { let bytes: Int }

/// Bytes of no content that is kept when they become more; aligned to a cache line.
final class GrowingMemory {
    private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    deinit { lockstep_free(memory.baseAddress) }

    func bytes(count: Int) throws(NoMemory) -> UnsafeMutableRawBufferPointer {
        if memory.count < count || memory.baseAddress == nil {
            lockstep_free(memory.baseAddress)
            memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
            guard let new = lockstep_allocate(64, max(count, 64)) else { throw NoMemory(bytes: count) }
            memory = UnsafeMutableRawBufferPointer(start: new, count: max(count, 64))
        }
        return UnsafeMutableRawBufferPointer(rebasing: memory[..<count])
    }

    func pointer<Element>(count: Int, as type: Element.Type) throws(NoMemory) -> UnsafeMutablePointer<Element> {
        try bytes(count: count * MemoryLayout<Element>.stride).baseAddress!.bindMemory(to: type, capacity: count)
    }
}
