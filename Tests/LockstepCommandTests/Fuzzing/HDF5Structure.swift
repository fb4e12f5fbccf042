import TestSupport

/// Where in an HDF5 file there is structure, so that damage reaches the parser and not its checksums alone.
enum HDF5Structure {
    /// What the parts with a checksum begin with (HDF5 File Format Specification 3.0); the superblock besides.
    private static let signatures = [
        "OHDR", "OCHK", "FRHP", "FHDB", "FHIB", "BTHD", "BTIN", "BTLF", "FSHD", "FSSE", "SMTB", "SMLI", "EAHD", "EAIB",
        "EASB", "EADB", "FAHD", "FADB",
    ]
    private static let longestPart = 4096

    /// A file to be damaged.
    ///
    /// - Parameter path: a file that h5py can open; it says where the data lie.
    static func seed(_ name: String, _ path: String, _ bytes: [UInt8]) throws -> FuzzSeed {
        let script = """
            def data(name, d):
                if not isinstance(d, h5py.Dataset) or d.is_virtual or d.external: return
                if d.chunks is None:
                    if d.id.get_offset() is not None: print(d.id.get_offset(), d.id.get_storage_size())
                elif d.size:
                    for i in range(d.id.get_num_chunks()):
                        c = d.id.get_chunk_info(i); print(c.byte_offset, c.size)
            with h5py.File(sys.argv[1], 'r') as f: f.visititems(data)
            """
        var isData = [Bool](repeating: false, count: bytes.count)
        for line in try python(script, path).split(separator: "\n") {
            let numbers = line.split(separator: " ").compactMap { Int($0) }
            for index in numbers[0]..<min(numbers[0] + numbers[1], bytes.count) { isData[index] = true }
        }
        // Runs of zeros are room that nothing reads, for the most part.
        let structure = bytes.indices.filter { index in
            !isData[index] && bytes[max(0, index - 8)..<min(index + 8, bytes.count)].contains { $0 != 0 }
        }
        return FuzzSeed(name: name, bytes: bytes, structure: structure, checksummed: parts(of: bytes))
    }

    /// Parts that end with a checksum of what is before it; innermost first, since nothing here lies in another.
    private static func parts(of bytes: [UInt8]) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        let known = Set(signatures.map { Array($0.utf8) })
        for start in bytes.indices.dropLast(8) {
            if Array(bytes[start..<start + 4]) == [0x89, 0x48, 0x44, 0x46] {
                if bytes.count > start + 48, isChecksummed(bytes, start..<start + 48) {
                    parts.append(start..<start + 48)
                }
            } else if known.contains(Array(bytes[start..<start + 4])) {
                // How long it is, only a parser would know; that its checksum is right, everybody sees.
                let ends = start + 8...min(start + longestPart, bytes.count)
                if let end = ends.first(where: { isChecksummed(bytes, start..<$0) }) { parts.append(start..<end) }
            }
        }
        return parts
    }
}

private func isChecksummed(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
    let end = range.upperBound - 4
    let sum = lookup3(bytes[range.lowerBound..<end])
    return (0..<4).allSatisfy { bytes[end + $0] == UInt8(truncatingIfNeeded: sum >> UInt32(8 * $0)) }
}

/// Writes the checksum of a part of an HDF5 file anew.
func renewChecksum(of bytes: inout [UInt8], _ range: Range<Int>) {
    let end = range.upperBound - 4
    let sum = lookup3(bytes[range.lowerBound..<end])
    for index in 0..<4 { bytes[end + index] = UInt8(truncatingIfNeeded: sum >> UInt32(8 * index)) }
}

/// Bob Jenkins' lookup3 hash of bytes with initial value 0 (http://burtleburtle.net/bob/c/lookup3.c).
private func lookup3(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.withUnsafeBufferPointer { bytes in
        func rotate(_ word: UInt32, _ bits: UInt32) -> UInt32 { word << bits | word >> (32 - bits) }
        func word(_ offset: Int) -> UInt32 {
            (0..<4).reduce(0) { word, index in
                let place = offset + index
                return place < bytes.count ? word | UInt32(bytes[place]) << UInt32(8 * index) : word
            }
        }
        let start = 0xdead_beef &+ UInt32(truncatingIfNeeded: bytes.count)
        var (a, b, c) = (start, start, start)
        var place = 0
        while bytes.count - place > 12 {
            a &+= word(place)
            b &+= word(place + 4)
            c &+= word(place + 8)
            a = (a &- c) ^ rotate(c, 4); c &+= b
            b = (b &- a) ^ rotate(a, 6); a &+= c
            c = (c &- b) ^ rotate(b, 8); b &+= a
            a = (a &- c) ^ rotate(c, 16); c &+= b
            b = (b &- a) ^ rotate(a, 19); a &+= c
            c = (c &- b) ^ rotate(b, 4); b &+= a
            place += 12
        }
        guard place < bytes.count else { return c }
        a &+= word(place)
        b &+= word(place + 4)
        c &+= word(place + 8)
        c = (c ^ b) &- rotate(b, 14)
        a = (a ^ c) &- rotate(c, 11)
        b = (b ^ a) &- rotate(a, 25)
        c = (c ^ b) &- rotate(b, 16)
        a = (a ^ c) &- rotate(c, 4)
        b = (b ^ a) &- rotate(a, 14)
        c = (c ^ b) &- rotate(b, 24)
        return c
    }
}
