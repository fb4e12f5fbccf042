/// The checksum of HDF5's filter 3: Fletcher's sums of 16-bit words, big end first, a single last byte as the upper
/// half of a word. HDF5 File Format Specification 3.0, section IV.A.2.l; RFC 1146.
enum Fletcher32 {
    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var (sum1, sum2): (UInt32, UInt32) = (0, 0)
        var offset = 0
        var words = bytes.count / 2
        while words > 0 {
            // The most words whose sums cannot overflow 32 bits before they are folded.
            let block = min(words, 360)
            words -= block
            for _ in 0..<block {
                sum1 &+= UInt32(
                    UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
                sum2 &+= sum1
                offset += 2
            }
            (sum1, sum2) = (folded(sum1), folded(sum2))
        }
        if bytes.count % 2 == 1 {
            sum1 &+= UInt32(bytes[offset]) << 8
            sum2 &+= sum1
            (sum1, sum2) = (folded(sum1), folded(sum2))
        }
        return folded(sum2) << 16 | folded(sum1)
    }

    /// Whether `stored` is the checksum; also with the bytes of each half swapped, as HDF5 before 1.6.3 wrote it on
    /// little-endian machines.
    static func matches(_ stored: UInt32, _ bytes: UnsafeRawBufferPointer) -> Bool {
        let sum = checksum(bytes)
        return stored == sum || stored == (sum & 0x00FF_00FF) << 8 | (sum >> 8) & 0x00FF_00FF
    }

    private static func folded(_ sum: UInt32) -> UInt32 { (sum & 0xFFFF) &+ (sum >> 16) }
}
