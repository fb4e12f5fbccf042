import KernelBodies
import XCTest

final class AlignedBufferTests: XCTestCase {
    func testBuffersAreZeroAndAlignedToACacheLine() {
        for count in [0, 1, 15, 16, 1000] {
            let buffer = AlignedBuffer(count: count)
            XCTAssertEqual(buffer.count, count)
            XCTAssertEqual(UInt(bitPattern: buffer.pointer) % 64, 0)
            XCTAssert(UnsafeBufferPointer(start: buffer.pointer, count: count).allSatisfy { $0 == 0 })
        }
    }
}
