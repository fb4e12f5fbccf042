import CHDF5
import Foundation

/// Memory in which files are made, one after the other: that of the one before is used again.
///
/// Fresh memory for a file of 130 MB costs 0.1 s of clearing pages each time, and another copy to take the image out.
///
/// `@unchecked Sendable`: whoever makes a file in it is the only one to use it until the bytes are not needed any more.
package final class HDF5ImageBuffer: @unchecked Sendable {
    private var memory: UnsafeMutableRawPointer?
    private var capacity = 0
    /// Bytes of the file that was closed last.
    var count = 0

    package init() {}

    deinit { free(memory) }

    /// The file that was closed last.
    package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory, count: count) }

    /// Where the superblock of a file of HDF5 1.10 has the file's end, as eight bytes.
    private static let endOfFile = 28

    /// Leaves out what follows the file's end: room that the library had set aside when its size was asked for, and
    /// gave back when it closed the file. A file that ends where it says it does shows each cut.
    func trim() {
        guard count >= Self.endOfFile + 8 else { return }
        let end = bytes.loadUnaligned(fromByteOffset: Self.endOfFile, as: UInt64.self).littleEndian
        count = min(count, Int(clamping: end))
    }

    /// Gives the memory back; the next file takes its own.
    package func release() {
        free(memory)
        (memory, capacity, count) = (nil, 0, 0)
    }

    /// Makes room for a file of so many bytes at once, where there is memory: in steps it takes up to two and a half
    /// times as much for a moment.
    package func reserve(_ bytes: Int) {
        if bytes > capacity { _ = grow(to: bytes, exactly: true) }
    }

    /// Makes room, keeps what is there, and returns where it is; nil if there is no memory.
    fileprivate func grow(to size: Int, exactly isExact: Bool = false) -> UnsafeMutableRawPointer? {
        if size > capacity {
            // Large steps: the library asks for a megabyte more each time.
            let next = isExact ? size : max(size, capacity + capacity / 2)
            var larger: UnsafeMutableRawPointer?
            // At a page, from where files can be written past the system's cache.
            guard posix_memalign(&larger, 4096, next) == 0, let larger else { return nil }
            if let memory, count > 0 || !isExact { larger.copyMemory(from: memory, byteCount: capacity) }
            free(memory)
            (memory, capacity) = (larger, next)
        }
        return memory
    }
}

extension HDF5File {
    /// Creates a file in memory that is used again; when the file is closed, its bytes are the buffer's.
    package convenience init(inMemory label: String, buffer: HDF5ImageBuffer) throws {
        try self.init(path: label, buffer: buffer) { subject in
            try subject.create(Self.uniqueName(label)) { access in
                try subject.call("create the file") { H5Pset_fapl_core(access, 1 << 20, false) }
                var callbacks = Self.callbacks(Unmanaged.passUnretained(buffer).toOpaque())
                try subject.call("create the file") { H5Pset_file_image_callbacks(access, &callbacks) }
            }
        }
    }

    /// The library takes the file's memory from the buffer and leaves it there. Lists copy the pointer to the buffer,
    /// which the file keeps alive.
    private static func callbacks(_ buffer: UnsafeMutableRawPointer) -> H5FD_file_image_callbacks_t {
        H5FD_file_image_callbacks_t(
            image_malloc: { size, _, buffer in imageBuffer(buffer).grow(to: size) },
            image_memcpy: { to, from, size, _, _ in memcpy(to!, from!, size) },
            image_realloc: { _, size, _, buffer in imageBuffer(buffer).grow(to: size) },
            image_free: { _, _, _ in 0 },
            udata_copy: { $0 },
            udata_free: { _ in 0 },
            udata: buffer)
    }
}

private func imageBuffer(_ pointer: UnsafeMutableRawPointer?) -> HDF5ImageBuffer {
    Unmanaged<HDF5ImageBuffer>.fromOpaque(pointer!).takeUnretainedValue()
}
