import CDeflate

/// The filters of a data set as they are undone outside the library: shuffle, deflate, Fletcher32, each at most once and
/// in this order.
struct ChunkPipeline: Sendable {
    /// Bytes of a chunk before all filters.
    let chunkBytes: Int
    private let elementSize: Int
    /// The bits of the filters in a chunk's mask of skipped ones; nil for a filter that there is not.
    private let shuffle: UInt32?
    private let deflate: UInt32?
    private let fletcher32: UInt32?

    /// What is wrong with a chunk.
    struct Damage: Error { let text: String }

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

    /// The most bytes a chunk can have in a file. Deflate stores what it cannot compress in blocks of 64 KiB with 5 bytes
    /// each at most, and 6 for the frame of zlib (RFC 1950, 1951); old zlib cuts blocks of 16 KiB.
    var longestStored: Int { chunkBytes + (deflate == nil ? 0 : chunkBytes / 1024 + 64) + 4 }

    /// Undoes the filters. The result has `chunkBytes`, and is valid until the scratch memory is used again.
    func undo(
        _ stored: UnsafeRawBufferPointer, skipped: UInt32, _ scratch: HDF5ChunkScratch
    ) throws(Damage) -> UnsafeRawPointer {
        func applies(_ bit: UInt32?) -> Bool { bit.map { skipped & $0 == 0 } ?? false }
        var bytes = stored
        if applies(fletcher32) {
            guard bytes.count >= 4 else { throw Damage(text: "it has \(bytes.count) bytes, too few for its checksum") }
            let length = bytes.count - 4
            let sum = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: length, as: UInt32.self))
            bytes = UnsafeRawBufferPointer(rebasing: bytes[..<length])
            guard Fletcher32.matches(sum, bytes) else {
                throw Damage(text: "its Fletcher32 checksum is not that of its bytes")
            }
        }
        if applies(deflate) {
            bytes = try inflate(bytes, scratch)
        }
        guard bytes.count == chunkBytes else {
            throw Damage(text: "expected \(chunkBytes) bytes, found \(bytes.count)")
        }
        guard applies(shuffle), elementSize > 1 else { return bytes.baseAddress! }
        let output = scratch.second.bytes(count: chunkBytes)
        unshuffle(
            bytes.baseAddress!.assumingMemoryBound(to: UInt8.self), count: chunkBytes / elementSize, size: elementSize,
            into: output.baseAddress!.assumingMemoryBound(to: UInt8.self))
        return UnsafeRawPointer(output.baseAddress!)
    }

    private func inflate(
        _ bytes: UnsafeRawBufferPointer, _ scratch: HDF5ChunkScratch
    ) throws(Damage) -> UnsafeRawBufferPointer {
        let output = scratch.first.bytes(count: chunkBytes)
        var (used, made) = (0, 0)
        let result = libdeflate_zlib_decompress_ex(
            scratch.decompressor, bytes.baseAddress, bytes.count, output.baseAddress, chunkBytes, &used, &made)
        switch result {
        case LIBDEFLATE_SUCCESS: return UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(output)[..<made])
        case LIBDEFLATE_INSUFFICIENT_SPACE:
            throw Damage(text: "it expands to more than the \(chunkBytes) bytes of a chunk")
        default: throw Damage(text: "its \(bytes.count) bytes are no whole deflate stream, or its checksum is wrong")
        }
    }
}

/// Memory that one thread decodes chunks in. Grows to what the largest chunk needs; not to be shared.
public final class HDF5ChunkScratch {
    /// The chunk that `elements` holds, if it does.
    struct Held: Equatable {
        let reader: ObjectIdentifier
        let row: Int
    }

    let stored = GrowingMemory()
    let first = GrowingMemory()
    let second = GrowingMemory()
    let elements = GrowingMemory()
    let decompressor: OpaquePointer
    var held: Held?

    public init() {
        guard let decompressor = libdeflate_alloc_decompressor() else { fatalError("out of memory") }
        self.decompressor = decompressor
    }

    deinit { libdeflate_free_decompressor(decompressor) }
}

/// Bytes of no content that is kept when they become more; aligned to a cache line.
final class GrowingMemory {
    private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    deinit { memory.deallocate() }

    func bytes(count: Int) -> UnsafeMutableRawBufferPointer {
        if memory.count < count || memory.baseAddress == nil {
            memory.deallocate()
            memory = .allocate(byteCount: max(count, 64), alignment: 64)
        }
        return UnsafeMutableRawBufferPointer(rebasing: memory[..<count])
    }

    func pointer<Element>(count: Int, as type: Element.Type) -> UnsafeMutablePointer<Element> {
        bytes(count: count * MemoryLayout<Element>.stride).baseAddress!.bindMemory(to: type, capacity: count)
    }
}
