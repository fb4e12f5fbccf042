import CImages

/// A file of an image in memory, told by its first bytes whatever its name says.
public struct ImageFile {
    public enum Format: String, Sendable {
        case png = "PNG"
        case jpeg = "JPEG"
    }

    public let format: Format
    public let size: ImageSize
    /// What the file has: a palette and three channels are color, whatever is in them.
    public let color: ImageColor
    private let bytes: [UInt8]
    private let shape: lockstep_image_shape

    /// Reads the headers.
    public init(_ bytes: [UInt8]) throws(ImageError) {
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
        size = ImageSize(height: Int(shape.height), width: Int(shape.width))
        color = shape.channels == 1 ? .gray : .rgb
        guard size.isPossible else { throw .tooLarge(size) }
    }

    /// The pixels, in the file's own color.
    ///
    /// Of PNG: palettes are resolved, depths below 8 bits stretched to 0 ... 255, 16 bits rounded to 8, alpha left out (a
    /// transparent pixel has the color that is stored for it), gamma and profiles not looked at. Of JPEG: baseline,
    /// progressive and arithmetic coding by the exact integer transform; the orientation that a camera has noted is not
    /// looked at.
    /// - Throws: `.cannotDecode` when the file ends early, or anything in it is damaged that pixels depend on.
    public func decode() throws(ImageError) -> RasterImage {
        var pixels = [UInt8](repeating: 0, count: size.height * size.width * color.channels)
        try format.call { message in
            switch format {
            case .png: lockstep_png_decode(bytes, bytes.count, shape, &pixels, message)
            case .jpeg: lockstep_jpeg_decode(bytes, bytes.count, shape, &pixels, message)
            }
        }
        return RasterImage(size: size, color: color, pixels: pixels)
    }
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
public enum ImageError: Error, Equatable, Sendable, CustomStringConvertible {
    case empty
    case neitherPNGNorJPEG
    /// The library's own words: it is damaged, ends early, or is of a kind that is not decoded.
    case cannotDecode(ImageFile.Format, String)
    case tooLarge(ImageSize)

    public var description: String {
        switch self {
        case .empty: "an empty file"
        case .neitherPNGNorJPEG: "neither PNG nor JPEG"
        case .cannotDecode(let format, let reason): "\(format.rawValue) that cannot be decoded: \(reason)"
        case .tooLarge(let size):
            "an image of \(size) pixels, of at most \(ImageSize.mostPixels), and \(ImageSize.mostSide) a side"
        }
    }
}
