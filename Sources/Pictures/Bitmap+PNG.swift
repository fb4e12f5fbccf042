import CZlib

extension Bitmap {
    /// The picture as a file in the PNG format: 8-bit RGB, one compressed chunk, rows without filters.
    ///
    /// W3C, "Portable Network Graphics (PNG) Specification", third edition.
    public var png: [UInt8] {
        var rows: [UInt8] = []
        rows.reserveCapacity(height * (1 + 3 * width))
        for y in 0..<height {
            rows.append(0)
            rows += bytes[(y * width * 3)..<((y + 1) * width * 3)]
        }
        let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        let header = bigEndian(width) + bigEndian(height) + [8, 2, 0, 0, 0]
        return signature + chunk("IHDR", header) + chunk("IDAT", compressed(rows)) + chunk("IEND", [])
    }

    private func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        let content = Array(type.utf8) + data
        return bigEndian(data.count) + content + bigEndian(Int(crc32(0, content, uInt(content.count))))
    }

    private func compressed(_ data: [UInt8]) -> [UInt8] {
        var size = compressBound(uLong(data.count))
        var result = [UInt8](repeating: 0, count: Int(size))
        // It fails only for want of memory, or room, of which there is enough.
        let status = compress2(&result, &size, data, uLong(data.count), Z_DEFAULT_COMPRESSION)
        precondition(status == Z_OK, "zlib has failed")
        return Array(result.prefix(Int(size)))
    }

    private func bigEndian(_ value: Int) -> [UInt8] {
        withUnsafeBytes(of: UInt32(value).bigEndian) { Array($0) }
    }
}
