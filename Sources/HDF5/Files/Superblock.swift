/// The first block of a file, as far as taking an image needs it.
///
/// H5Fget_file_image (seen in 1.10.8) clears the mark "open for writing" in the image's superblock, but leaves the
/// checksum over it as it was, so that no library opens the image. This renews it.
enum Superblock {
    /// Signature (8 bytes), version, sizes of offsets and lengths, flags (1 byte each), four addresses of 8 bytes,
    /// checksum. HDF5 File Format Specification 3.0, section II.A, versions 2 and 3.
    private static let checksumOffset = 44

    /// Writes the checksum of a superblock of version 2 or 3 with 8-byte addresses, the kind we create.
    static func renewChecksum(_ image: UnsafeMutableRawBufferPointer) {
        precondition(image.count >= checksumOffset + 4 && (2...3).contains(image[8]) && image[9] == 8)
        let words = (0..<checksumOffset / 4).map {
            UInt32(littleEndian: image.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))
        }
        image.storeBytes(of: lookup3(words).littleEndian, toByteOffset: checksumOffset, as: UInt32.self)
    }

    /// Bob Jenkins' lookup3 hash of whole words with initial value 0: the checksum of all HDF5 metadata.
    static func lookup3(_ words: [UInt32]) -> UInt32 {
        let start = 0xdead_beef &+ UInt32(truncatingIfNeeded: words.count * 4)
        var (a, b, c) = (start, start, start)
        var rest = words[...]
        while rest.count > 3 {
            let block = rest.prefix(3)
            rest = rest.dropFirst(3)
            a &+= block[block.startIndex]
            b &+= block[block.startIndex + 1]
            c &+= block[block.startIndex + 2]
            a = (a &- c) ^ rotate(c, 4); c &+= b
            b = (b &- a) ^ rotate(a, 6); a &+= c
            c = (c &- b) ^ rotate(b, 8); b &+= a
            a = (a &- c) ^ rotate(c, 16); c &+= b
            b = (b &- a) ^ rotate(a, 19); a &+= c
            c = (c &- b) ^ rotate(b, 4); b &+= a
        }
        guard !rest.isEmpty else { return c }
        let tail = Array(rest) + [0, 0]
        a &+= tail[0]
        b &+= tail[1]
        if rest.count == 3 { c &+= tail[2] }
        c = (c ^ b) &- rotate(b, 14)
        a = (a ^ c) &- rotate(c, 11)
        b = (b ^ a) &- rotate(a, 25)
        c = (c ^ b) &- rotate(b, 16)
        a = (a ^ c) &- rotate(c, 4)
        b = (b ^ a) &- rotate(a, 14)
        c = (c ^ b) &- rotate(b, 24)
        return c
    }

    private static func rotate(_ word: UInt32, _ bits: UInt32) -> UInt32 { word << bits | word >> (32 - bits) }
}
