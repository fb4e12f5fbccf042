import CImages

/// A file of an image in memory, told by its first bytes whatever its name says.
package struct ImageFile {
    package enum Format: String, Sendable {
        case png = "PNG"
        case jpeg = "JPEG"
    }

    package let format: Format
    /// The size of the pixels as the file stores them.
    package let storedSize: ImageSize
    /// What a camera has noted; `.upright` where nothing is noted.
    package let orientation: ImageOrientation
    /// What the file has: a palette and three channels are color, whatever is in them, and so are inks.
    package let color: ImageColor
    /// Whether pixels may be transparent.
    package var mayBeTransparent: Bool { shape.has_alpha }
    /// Whether the colors are inks (CMYK), which become red, green and blue without regard to a profile.
    package var hasInks: Bool { shape.has_inks }
    private let bytes: [UInt8]
    private let shape: lockstep_image_shape

    /// Reads the headers.
    package init(_ bytes: [UInt8]) throws(ImageError) {
        self.bytes = bytes
        guard let format = Format(signatureOf: bytes) else { throw bytes.isEmpty ? .empty : .neitherPNGNorJPEG }
        self.format = format
        var shape = lockstep_image_shape()
        try format.call { message in
            switch format {
            case .png: lockstep_png_shape(bytes, bytes.count, &shape, message)
            case .jpeg: lockstep_jpeg_shape(bytes, bytes.count, &shape, message)
            }
        }
        self.shape = shape
        storedSize = ImageSize(height: Int(shape.height), width: Int(shape.width))
        color = shape.channels == 1 ? .gray : .rgb
        guard storedSize.isPossible else { throw .tooLarge(storedSize) }
        orientation = ImageOrientation(notedIn: bytes, format) ?? .upright
    }

    /// The size after the picture is turned, if it is.
    package func size(_ decoding: ImageDecoding = ImageDecoding()) -> ImageSize {
        decoding.turns ? orientation.size(of: storedSize) : storedSize
    }

    /// The pixels, in the file's own color, or in another.
    ///
    /// Of PNG: palettes are resolved, depths below 8 bits stretched to 0 ... 255, 16 bits rounded to 8, gamma and
    /// profiles not looked at. Of JPEG: baseline, progressive and arithmetic coding by the exact integer transform;
    /// inks without their profile.
    ///
    /// What is transparent is laid over the background in color before it is made gray, gray over the background's
    /// gray.
    /// - Throws: `.cannotDecode` when the file ends early, or anything in it is damaged that pixels depend on.
    package func decode(_ decoding: ImageDecoding = ImageDecoding()) throws(ImageError) -> DecodedImage {
        let keepsAlpha = mayBeTransparent && decoding.background != nil
        let count = storedSize.height * storedSize.width
        var pixels = [UInt8](repeating: 0, count: count * (color.channels + (keepsAlpha ? 1 : 0)))
        try format.call { message in
            switch format {
            case .png: lockstep_png_decode(bytes, bytes.count, shape, keepsAlpha, &pixels, message)
            case .jpeg: lockstep_jpeg_decode(bytes, bytes.count, shape, &pixels, message)
            }
        }
        var traits: DecodedImage.Traits = hasInks ? [.inks] : []
        var image: RasterImage
        if keepsAlpha, let background = decoding.background {
            let layer = TransparentLayer(size: storedSize, color: color, pixels: pixels)
            image = layer.laid(over: background, as: decoding.color ?? color)
            if !layer.isOpaque { traits.insert(.transparent) }
            if layer.isLost(in: image) { traits.insert(.lost) }
        } else {
            image = RasterImage(size: storedSize, color: color, pixels: pixels).converted(to: decoding.color ?? color)
        }
        if decoding.turns, orientation != .upright {
            image = image.turned(by: orientation)
            traits.insert(.turned)
        }
        return DecodedImage(image: image, traits: traits)
    }
}

/// What becomes of a picture on its way out of a file.
package struct ImageDecoding: Equatable, Sendable {
    /// What it is converted to; nil for the file's own.
    package var color: ImageColor?
    /// Whether it is turned as EXIF data in the file says.
    package var turns: Bool
    /// What shows through where it is transparent; nil for the colors that are stored under transparency.
    package var background: ImageBackground?

    package init(color: ImageColor? = nil, turns: Bool = true, background: ImageBackground? = .white) {
        self.color = color
        self.turns = turns
        self.background = background
    }
}

/// A picture, and what was done to make it.
package struct DecodedImage: Sendable {
    package struct Traits: OptionSet, Hashable, Sendable {
        package let rawValue: Int
        package init(rawValue: Int) { self.rawValue = rawValue }

        /// The picture was turned or mirrored.
        package static let turned = Traits(rawValue: 1)
        /// A pixel of it was not opaque.
        package static let transparent = Traits(rawValue: 2)
        /// Nothing is left to see of it over this background: all pixels are of one color, and were not of one opacity.
        package static let lost = Traits(rawValue: 4)
        /// The picture was in inks (CMYK).
        package static let inks = Traits(rawValue: 8)
    }

    package let image: RasterImage
    package let traits: Traits
}

extension ImageFile.Format {
    fileprivate init?(signatureOf bytes: [UInt8]) {
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else {
            return nil
        }
    }

    /// Calls a library, which may fail and say why.
    fileprivate func call(_ body: (_ message: UnsafeMutablePointer<CChar>) -> Bool) throws(ImageError) {
        var message = [CChar](repeating: 0, count: Int(LOCKSTEP_IMAGE_MESSAGE))
        guard body(&message) else {
            let text = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw .cannotDecode(self, String(decoding: text, as: UTF8.self))
        }
    }
}

/// Why a file is no image.
package enum ImageError: Error, Equatable, Sendable, CustomStringConvertible {
    case empty
    case neitherPNGNorJPEG
    /// The library's own words: it is damaged, ends early, or is of a kind that is not decoded.
    case cannotDecode(ImageFile.Format, String)
    case tooLarge(ImageSize)

    package var description: String {
        switch self {
        case .empty: "an empty file"
        case .neitherPNGNorJPEG: "neither PNG nor JPEG"
        case .cannotDecode(let format, let reason): "\(format.rawValue) that cannot be decoded: \(reason)"
        case .tooLarge(let size):
            "an image of \(size) pixels, of at most \(ImageSize.mostPixels), and \(ImageSize.mostSide) a side"
        }
    }
}
