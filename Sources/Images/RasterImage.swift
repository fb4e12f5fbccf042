/// What the pixels of an image are made of.
public enum ImageColor: String, CaseIterable, Sendable {
    case gray, rgb

    /// Bytes of a pixel.
    package var channels: Int { self == .gray ? 1 : 3 }
}

/// Height and width in pixels. As text, `32x28` is 32 high and 28 wide, and `32` is both.
public struct ImageSize: Hashable, Sendable, CustomStringConvertible {
    public let height: Int
    public let width: Int

    /// Pixels of a side at most: as many as JPEG allows, and few enough for the sums of a `Resampling`.
    package static let mostSide = 65_535
    /// Pixels in all at most. An image of a few kilobytes can claim gigabytes.
    package static let mostPixels = 1 << 26

    public init(height: Int, width: Int) { (self.height, self.width) = (height, width) }

    /// Nil for anything but one or two sides, joined by an x, that an image may have.
    public init?(_ text: String) {
        let parts = text.split(separator: "x", omittingEmptySubsequences: false)
        let sides = parts.compactMap { $0.allSatisfy(\.isASCIIDigit) ? Int($0) : nil }
        guard 1...2 ~= parts.count, sides.count == parts.count else { return nil }
        self.init(height: sides[0], width: sides[sides.count - 1])
        guard isPossible else { return nil }
    }

    /// Whether there are pixels, and not too many.
    package var isPossible: Bool {
        1...Self.mostSide ~= height && 1...Self.mostSide ~= width && height * width <= Self.mostPixels
    }

    public var description: String { "\(height)x\(width)" }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { isASCII && isWholeNumber }
}

/// An image in memory, a byte for each channel of each pixel.
package struct RasterImage: Equatable, Sendable {
    package let size: ImageSize
    package let color: ImageColor
    /// `[height, width, channels]`
    package let pixels: [UInt8]

    /// - Parameter pixels: as many bytes as size and color ask for.
    package init(size: ImageSize, color: ImageColor, pixels: [UInt8]) {
        precondition(size.isPossible && pixels.count == size.height * size.width * color.channels)
        self.size = size
        self.color = color
        self.pixels = pixels
    }

    /// This image in another color.
    ///
    /// Gray is brightness, `0.299 R + 0.587 G + 0.114 B` (ITU-R BT.601) with weights in 65,536ths, rounded to the
    /// nearest: what Pillow's `convert("L")` makes. Gray in color has three equal channels.
    package func converted(to other: ImageColor) -> RasterImage {
        switch (color, other) {
        case (.gray, .gray), (.rgb, .rgb): return self
        case (.gray, .rgb):
            return RasterImage(
                size: size, color: other,
                pixels: [UInt8](unsafeUninitializedCapacity: pixels.count * 3) { out, count in
                    for (index, value) in pixels.enumerated() {
                        (out[3 * index], out[3 * index + 1], out[3 * index + 2]) = (value, value, value)
                    }
                    count = pixels.count * 3
                })
        case (.rgb, .gray):
            return RasterImage(
                size: size, color: other,
                pixels: (0..<pixels.count / 3).map { brightness(of: 3 * $0) })
        }
    }

    /// The brightness of the pixel whose channels begin there.
    private func brightness(of place: Int) -> UInt8 {
        let red = Int(pixels[place]) * 19595
        let green = Int(pixels[place + 1]) * 38470
        let blue = Int(pixels[place + 2]) * 7471
        return UInt8((red + green + blue + 1 << 15) >> 16)
    }
}
