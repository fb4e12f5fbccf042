import Kernels
import XCTest

final class XXH64Tests: XCTestCase {
    /// Values of the reference implementation; the buffer and its generator are those of its sanity check.
    func testDigestsEqualThoseOfTheReferenceImplementation() {
        XCTAssertEqual(digest(of: []), 0xEF46_DB37_51D8_E999)
        XCTAssertEqual(digest(of: Array("a".utf8)), 0xD24E_C4F1_A98C_6E5B)
        XCTAssertEqual(digest(of: Array("abc".utf8)), 0x44BC_2CF5_AD77_0999)

        let prime: UInt64 = 2_654_435_761
        let buffer = sanityBuffer(count: 222)
        XCTAssertEqual(digest(of: [], seed: prime), 0xAC75_FDA2_929B_17EF)
        XCTAssertEqual(digest(of: Array(buffer.prefix(1))), 0xE934_A84A_DB05_2768)
        XCTAssertEqual(digest(of: Array(buffer.prefix(1)), seed: prime), 0x5014_6076_43A9_B4C3)
        XCTAssertEqual(digest(of: Array(buffer.prefix(4))), 0x9136_A0DC_A574_57EE)
        XCTAssertEqual(digest(of: Array(buffer.prefix(14))), 0x8282_DCC4_994E_35C8)
        XCTAssertEqual(digest(of: Array(buffer.prefix(14)), seed: prime), 0xC3BD_6BF6_3DEB_6DF0)
        XCTAssertEqual(digest(of: buffer), 0xB641_AE8C_B691_C174)
        XCTAssertEqual(digest(of: buffer, seed: prime), 0x20CB_8AB7_AE10_C14A)
    }

    func testCuttingTheBytesIntoUpdatesChangesNothing() {
        let buffer = sanityBuffer(count: 150)
        let whole = digest(of: buffer)
        for first in 0...70 {
            for second in [0, 1, 7, 31, 32, 33, 64, 80] {
                var hash = XXH64()
                let cuts = [0, first, first + second, buffer.count]
                for (start, end) in zip(cuts, cuts.dropFirst()) {
                    buffer[start..<end].withUnsafeBytes { hash.update($0) }
                }
                XCTAssertEqual(hash.finalize(), whole, "cut at \(first) and \(first + second)")
            }
        }
    }

    func testFinalizeMayBeFollowedByUpdates() {
        var hash = XXH64()
        Array("a".utf8).withUnsafeBytes { hash.update($0) }
        XCTAssertEqual(hash.finalize(), 0xD24E_C4F1_A98C_6E5B)
        Array("bc".utf8).withUnsafeBytes { hash.update($0) }
        XCTAssertEqual(hash.finalize(), 0x44BC_2CF5_AD77_0999)
    }

    private func digest(of bytes: [UInt8], seed: UInt64 = 0) -> UInt64 {
        var hash = XXH64(seed: seed)
        bytes.withUnsafeBytes { hash.update($0) }
        return hash.finalize()
    }

    private func sanityBuffer(count: Int) -> [UInt8] {
        var generator: UInt64 = 2_654_435_761
        return (0..<count).map { _ in
            defer { generator &*= 11_400_714_785_074_694_797 }
            return UInt8(generator >> 56)
        }
    }
}
