/// How a camera was held, as its picture notes it: tag 0x0112 of EXIF 2.32 and TIFF 6.0.
///
/// Names say how the picture lies in the file; `turned` undoes it.
package enum ImageOrientation: Int, CaseIterable, Sendable {
    case upright = 1
    case mirrored
    case upsideDown
    case mirroredUpsideDown
    case mirroredOnItsLeft
    /// To be turned to the right: a phone that was held upright.
    case onItsLeft
    case mirroredOnItsRight
    case onItsRight

    /// Whether rows of the picture are columns in the file.
    var swapsSides: Bool { rawValue >= 5 }

    /// The size of the picture upright.
    func size(of stored: ImageSize) -> ImageSize {
        swapsSides ? ImageSize(height: stored.width, width: stored.height) : stored
    }
}

extension RasterImage {
    /// The picture upright, of one that lies like that.
    func turned(by orientation: ImageOrientation) -> RasterImage {
        let turned = orientation.size(of: size)
        // Where the first pixel of a row lies, how far the next one is from it, and the first of the next row.
        let (last, row) = ((x: size.width - 1, y: (size.height - 1) * size.width), size.width)
        let (start, step, line): (Int, Int, Int) =
            switch orientation {
            case .upright: (0, 1, row)
            case .mirrored: (last.x, -1, row)
            case .upsideDown: (last.y + last.x, -1, -row)
            case .mirroredUpsideDown: (last.y, 1, -row)
            case .mirroredOnItsLeft: (0, row, 1)
            case .onItsLeft: (last.y, -row, 1)
            case .mirroredOnItsRight: (last.y + last.x, -row, -1)
            case .onItsRight: (last.x, row, -1)
            }
        let channels = color.channels
        return RasterImage(
            size: turned, color: color,
            pixels: [UInt8](unsafeUninitializedCapacity: pixels.count) { out, count in
                var target = 0
                for y in 0..<turned.height {
                    var source = (start + y * line) * channels
                    for _ in 0..<turned.width {
                        for channel in 0..<channels { out[target + channel] = pixels[source + channel] }
                        target += channels
                        source += step * channels
                    }
                }
                count = pixels.count
            })
    }
}

extension ImageOrientation {
    /// What EXIF data in a file note; nil for nothing, and for what makes no sense.
    ///
    /// Nothing of it is believed: every length and offset is looked at before what it leads to.
    init?(notedIn file: [UInt8], _ format: ImageFile.Format) {
        let data = format == .jpeg ? exifOfJPEG(file) : exifOfPNG(file)
        guard let data, let value = TIFFHeader(data)?.orientation else { return nil }
        self.init(rawValue: value)
    }
}

private let exifSignature: [UInt8] = Array("Exif\0\0".utf8)

/// The first segment of EXIF data before the pixels of a JPEG file (ITU-T T.81, annex B; EXIF 2.32, 4.7.2).
private func exifOfJPEG(_ file: [UInt8]) -> ArraySlice<UInt8>? {
    var place = 2
    while place + 4 <= file.count, file[place] == 0xFF {
        let marker = file[place + 1]
        switch marker {
        case 0xFF: place += 1
        case 0x01, 0xD0...0xD7: place += 2
        case 0xD8...0xDA: return nil
        default:
            let length = Int(file[place + 2]) << 8 | Int(file[place + 3])
            guard length >= 2, length <= file.count - place - 2 else { return nil }
            let content = file[place + 4..<place + 2 + length]
            if marker == 0xE1, content.starts(with: exifSignature) { return content.dropFirst(exifSignature.count) }
            place += 2 + length
        }
    }
    return nil
}

/// The data of a PNG file's chunk eXIf, before or after the pixels (PNG, third edition, 11.3.3.5).
private func exifOfPNG(_ file: [UInt8]) -> ArraySlice<UInt8>? {
    var place = 8
    while place + 12 <= file.count {
        let length = file[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
        guard length <= file.count - place - 12 else { return nil }
        let content = file[place + 8..<place + 8 + length]
        switch file[place + 4..<place + 8] {
        case ArraySlice("eXIf".utf8):
            return content.starts(with: exifSignature) ? content.dropFirst(exifSignature.count) : content
        case ArraySlice("IEND".utf8): return nil
        default: place += 12 + length
        }
    }
    return nil
}

/// The beginning of a TIFF structure, in either byte order (TIFF 6.0, section 2).
private struct TIFFHeader {
    private let data: ArraySlice<UInt8>
    private let isBigEndian: Bool
    private let directory: Int

    init?(_ data: ArraySlice<UInt8>) {
        let bigEndian: [UInt8] = [0x4D, 0x4D, 0, 42]
        let littleEndian: [UInt8] = [0x49, 0x49, 42, 0]
        isBigEndian = data.starts(with: bigEndian)
        guard isBigEndian || data.starts(with: littleEndian) else { return nil }
        self.data = data
        directory = Self.number(data, at: 4, bytes: 4, isBigEndian) ?? .max
    }

    /// The value of the first tag 0x0112 of the first directory.
    var orientation: Int? {
        guard let count = number(at: directory, bytes: 2) else { return nil }
        for entry in 0..<count {
            let place = directory + 2 + 12 * entry
            guard let tag = number(at: place, bytes: 2) else { return nil }
            guard tag == 0x0112 else { continue }
            guard let type = number(at: place + 2, bytes: 2), number(at: place + 4, bytes: 4) ?? 0 > 0 else {
                return nil
            }
            // Bytes, short and long whole numbers.
            guard let bytes = [1: 1, 3: 2, 4: 4][type] else { return nil }
            return number(at: place + 8, bytes: bytes)
        }
        return nil
    }

    private func number(at place: Int, bytes: Int) -> Int? {
        Self.number(data, at: place, bytes: bytes, isBigEndian)
    }

    /// Nil beyond the end.
    private static func number(_ data: ArraySlice<UInt8>, at place: Int, bytes: Int, _ isBigEndian: Bool) -> Int? {
        guard place >= 0, place <= data.count - bytes else { return nil }
        let start = data.startIndex + place
        let digits = data[start..<start + bytes]
        return isBigEndian
            ? digits.reduce(0) { $0 << 8 | Int($1) } : digits.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
