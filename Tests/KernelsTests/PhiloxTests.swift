import Kernels
import XCTest

final class PhiloxTests: XCTestCase {
    /// The known answers that accompany the authors' library Random123.
    func testBlocksEqualThePublishedKnownAnswers() {
        let ones = UInt32.max
        assertBlock(key: 0, (0, 0, 0, 0), [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8])
        assertBlock(
            key: .max, (ones, ones, ones, ones), [0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD])
        assertBlock(
            key: 0x299F_31D0_A409_3822, (0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344),
            [0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1])
    }

    private func assertBlock(
        key: UInt64, _ counter: (UInt32, UInt32, UInt32, UInt32), _ expected: [UInt32], line: UInt = #line
    ) {
        let words = Philox.block(key: key, counter: counter)
        XCTAssertEqual([words.0, words.1, words.2, words.3], expected, line: line)
    }
}
