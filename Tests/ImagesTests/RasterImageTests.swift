import XCTest

@testable import Images

final class RasterImageTests: XCTestCase {
    /// Pixels by a formula, the one that Pillow's numbers here were made from.
    private func picture(height: Int, width: Int, _ color: ImageColor = .rgb) -> RasterImage {
        let channels = color.channels
        return RasterImage(
            size: ImageSize(height: height, width: width), color: color,
            pixels: (0..<height * width * channels).map { index in
                let (y, x, channel) = (index / channels / width, index / channels % width, index % channels)
                return UInt8((x * 37 + y * 91 + channel * 53 + x * y * 11) & 255)
            })
    }

    private func hexadecimal(_ image: RasterImage) -> String {
        image.pixels.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Pillow 12.0.0, `Image.resize((width, height), Image.BILINEAR)`. Pillow 13 goes along columns first where that is
    /// less work.
    func testResizedImagesAreThoseOfPillow() {
        let small = picture(height: 7, width: 5)
        for (height, width, expected) in [
            (3, 2, "6d8792828893778d76827c6d78938f8a7d81"),
            (7, 2, "255a8f6fa4d98bb4af9a6661ab775b739c8057807b925e5977ac786ba078749e818a568b7d78ad9d987b"),
            (3, 5, "4e83817c7bb074a970a26a9f6398965c917b938c85619652a75489659a5779ae75689d9c8f699e91598e81b659"),
            (
                4, 9,
                "30658d3e6f9c5680b468969a79ae7591898d9c70a37788b56196bf76ab5a8a926fab6a8f917c7a689d578a7a799d658b7a86"
                    + "63659a4a659a9c6ea38a7eb36c6a9f6a4d826f796a7f986086808c6872a7576ca169689d856196b4867fadb56499a05d928e"
                    + "628788986b83b85b"
            ),
            (1, 1, "7b8780"),
            (
                10, 6,
                "00356a1c51863b70a5598ec378ade294c9fe32679c5287bc76ab8e9a94779b669b5186bb72a79c989dc29db77cad9157a74c"
                    + "713d7267b1e628dd5c54804f7d4c7ca979a59d9bd0124b805b7d6e8d7f8f639181559f577653886431669b699e8f72a7"
                    + "558a794d9e5675588d6971a6cea4d955578c5b36669b76a29aaadf21b0e55a63986d598ea8886da2a2476c558a7f7db2"
                    + "5a5c91a38a7cb1aa629795607874a96b22578c6fa4d9c5659ab0508571a69bbef328"
            ),
        ] {
            let size = ImageSize(height: height, width: width)
            XCTAssertEqual(hexadecimal(small.resized(to: size)), expected, "\(size)")
        }
        let gray = picture(height: 64, width: 50, .gray)
        for (height, width, expected) in [
            (5, 4, "817e7f817b777b7b807e7e807e777e857b818182"), (1, 1, "7e"),
            (2, 9, "807f767c7e7e7b7b857e7f777d807e7f8285"),
        ] {
            XCTAssertEqual(hexadecimal(gray.resized(to: ImageSize(height: height, width: width))), expected)
        }
        let wide = picture(height: 200, width: 1000, .gray).resized(to: ImageSize(height: 2, width: 3))
        XCTAssertEqual(hexadecimal(wide), "8080807f7f7f")
    }

    func testOneColorStaysOneColorInEverySize() {
        for old in [1, 2, 3, 7, 64, 1001] {
            for new in [1, 2, 5, 33, 1000] {
                let image = RasterImage(
                    size: ImageSize(height: old, width: 3), color: .gray,
                    pixels: [UInt8](repeating: 255, count: old * 3))
                let resized = image.resized(to: ImageSize(height: new, width: 2))
                XCTAssertEqual(resized.pixels, [UInt8](repeating: 255, count: new * 2), "\(old) to \(new)")
            }
        }
    }

    func testTheSameSizeIsTheSameImage() {
        let image = picture(height: 6, width: 9)
        XCTAssertEqual(image.resized(to: image.size), image)
    }

    /// No image in between has more pixels than one may have.
    func testTheLongestImageBecomesAWideOne() {
        let (length, width) = (ImageSize.mostSide, 1100)
        let image = RasterImage(
            size: ImageSize(height: length, width: 1), color: .gray, pixels: (0..<length).map { UInt8($0 / 257) })
        XCTAssertFalse(ImageSize(height: length, width: width).isPossible)
        let resized = image.resized(to: ImageSize(height: 3, width: width))
        for row in 0..<3 {
            XCTAssertEqual(Set(resized.pixels[row * width..<(row + 1) * width]).count, 1)
        }
        XCTAssertEqual(Double(resized.pixels[width]), 127.5, accuracy: 1)
        XCTAssertEqual(Int(resized.pixels[0]) + Int(resized.pixels[2 * width]), 255, accuracy: 1)
    }

    func testWeightsAddUpToOne() {
        for (old, new) in [(1, 1), (1, 9), (9, 1), (640, 224), (31, 32), (65_535, 7)] {
            let resampling = Resampling(from: old, to: new)
            XCTAssertEqual(resampling.spans.count, new)
            for span in resampling.spans {
                let sum = resampling.weights[span.weights..<span.weights + span.pixels.count].reduce(0, +)
                XCTAssertEqual(Double(sum) / Double(1 << 22), 1, accuracy: 0.002, "\(old) to \(new)")
            }
        }
    }

    /// Pillow 12.0.0, `Image.convert("L")`.
    func testGrayIsBrightness() {
        XCTAssertEqual(hexadecimal(picture(height: 2, width: 3).converted(to: .gray)), "2b507586b6c9")
        for (color, gray) in [([255, 255, 255], 255), ([255, 0, 0], 76), ([0, 255, 0], 150), ([0, 0, 255], 29)] {
            let pixel = RasterImage(
                size: ImageSize(height: 1, width: 1), color: .rgb, pixels: color.map { UInt8($0) })
            XCTAssertEqual(pixel.converted(to: .gray).pixels, [UInt8(gray)])
        }
    }

    func testGrayInColorHasEqualChannels() {
        let gray = picture(height: 2, width: 2, .gray)
        XCTAssertEqual(gray.converted(to: .rgb).pixels, gray.pixels.flatMap { [$0, $0, $0] })
        XCTAssertEqual(gray.converted(to: .rgb).converted(to: .gray), gray)
        XCTAssertEqual(gray.converted(to: .gray), gray)
    }

    func testSizesAsText() {
        XCTAssertEqual(ImageSize("32"), ImageSize(height: 32, width: 32))
        XCTAssertEqual(ImageSize("32x28"), ImageSize(height: 32, width: 28))
        XCTAssertEqual(ImageSize("32x28")?.description, "32x28")
        for text in ["", "x", "0", "32x", "x32", "3x4x5", "-3", "3.5", "65536", "60000x60000", "３２", " 32", "+1"] {
            XCTAssertNil(ImageSize(text), text)
        }
    }
}
