import Foundation
import Workers

/// Reads a whole file to import. The pages of a large one come from disk when they are touched, and the system may take
/// them back: Foundation reads all of it into memory on Linux, whatever it is asked for.
///
/// - Throws: `DatasetError` when it is missing or cannot be read.
func contents(of path: String) throws -> Data {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
        throw DatasetError(
            .missingFile, file: path, expected: "a file to import", found: "no such file", advice: "Check the path.")
    }
    guard !isFolder.boolValue else {
        throw DatasetError(.missingFile, file: path, expected: "a file to import", found: "a folder")
    }
    // Foundation of Swift 6.3 leaks its buffer when the file is empty.
    let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
    if size == 0 { return Data() }
    if let size, size >= leastMappedBytes, let data = mapped(path) { return data }
    do {
        return try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
        let isMemoryShort = (AddressSpace.left ?? .max) < (size ?? 0) + 1 << 20
        throw DatasetError(
            .unreadable, file: path, expected: "a file to import",
            found: isMemoryShort
                ? "one that there is too little memory for: raise the limit (ulimit -v)"
                : "one that cannot be read: \(error.localizedDescription)")
    }
}

/// Bytes from which on a file is mapped: the many small ones of a folder of images are read sooner.
private let leastMappedBytes = 1 << 20

/// The bytes of a regular file, mapped; nil for what cannot be mapped.
private func mapped(_ path: String) -> Data? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0,
        let mapping = try? GuardedMapping(descriptor, count: Int(status.st_size), name: path)
    else { return nil }
    return Data(
        bytesNoCopy: mapping.pointer, count: mapping.count,
        deallocator: .custom { _, _ in withExtendedLifetime(mapping) {} })
}

extension Data {
    /// An unsigned integer at an offset from the first byte; the caller has checked that it is inside.
    func integer<Value: FixedWidthInteger & UnsignedInteger>(
        at offset: Int, bigEndian: Bool = false, as type: Value.Type = Value.self
    ) -> Value {
        withUnsafeBytes { bytes in
            let raw = bytes.loadUnaligned(fromByteOffset: offset, as: Value.self)
            return bigEndian ? Value(bigEndian: raw) : Value(littleEndian: raw)
        }
    }

    /// `count` bytes from an offset, or nil when they are not all there.
    func part(_ offset: Int, _ count: Int) -> Data? {
        guard offset >= 0, count >= 0, offset <= self.count, count <= self.count - offset else { return nil }
        return self[(startIndex + offset)..<(startIndex + offset + count)]
    }
}

/// The number of elements of a shape, or nil when an Int cannot hold it or a length is negative.
func elementCount(_ shape: [Int]) -> Int? {
    var product = 1
    for length in shape {
        guard length >= 0 else { return nil }
        let (next, overflow) = product.multipliedReportingOverflow(by: length)
        guard !overflow else { return nil }
        product = next
    }
    return product
}
