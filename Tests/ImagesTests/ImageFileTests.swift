import Images
import XCTest

final class ImageFileTests: XCTestCase {
    func testOtherFilesAreNoImages() {
        let others: [[UInt8]] = [Array("GIF89a".utf8), Array("%PDF-1.7".utf8), [0], [0x89, 0x50], [0xFF, 0xD8]]
        for bytes in others {
            XCTAssertThrowsError(try ImageFile(bytes)) { XCTAssertEqual($0 as? ImageError, .neitherPNGNorJPEG) }
        }
        XCTAssertThrowsError(try ImageFile([])) { XCTAssertEqual($0 as? ImageError, .empty) }
    }

    func testASignatureAloneIsNoImage() {
        for signature: [UInt8] in [[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], [0xFF, 0xD8, 0xFF]] {
            XCTAssertThrowsError(try ImageFile(signature)) { error in
                XCTAssertTrue("\(error)".contains("cannot be decoded: "), "\(error)")
            }
        }
    }
}
