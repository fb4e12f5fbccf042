/// The color that shows through where a picture is transparent.
public struct ImageBackground: Hashable, Sendable, CustomStringConvertible {
    public let red: UInt8
    public let green: UInt8
    public let blue: UInt8

    public init(red: UInt8, green: UInt8, blue: UInt8) { (self.red, self.green, self.blue) = (red, green, blue) }

    public static let white = ImageBackground(red: 255, green: 255, blue: 255)
    public static let black = ImageBackground(red: 0, green: 0, blue: 0)

    private static let names: [(String, ImageBackground)] = [("white", .white), ("black", .black)]

    /// `white`, `black`, or `#rrggbb` in hexadecimal digits; nil for anything else.
    public init?(_ text: String) {
        if let named = Self.names.first(where: { $0.0 == text }) {
            self = named.1
            return
        }
        let digits = text.hasPrefix("#") ? text.dropFirst() : text[...]
        guard digits.utf8.count == 6, digits.allSatisfy(\.isHexDigit), let value = UInt32(digits, radix: 16) else {
            return nil
        }
        self.init(
            red: UInt8(value >> 16), green: UInt8(value >> 8 & 0xFF), blue: UInt8(value & 0xFF))
    }

    public var description: String {
        if let name = Self.names.first(where: { $0.1 == self })?.0 { return name }
        let digits = String(UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue), radix: 16)
        return "#" + String(repeating: "0", count: 6 - digits.count) + digits
    }

    /// A picture of one pixel.
    fileprivate func pixel(_ color: ImageColor) -> [UInt8] {
        RasterImage(size: ImageSize(height: 1, width: 1), color: .rgb, pixels: [red, green, blue])
            .converted(to: color).pixels
    }
}

/// Pixels with their opacity as the last channel, 255 for opaque.
struct TransparentLayer {
    let size: ImageSize
    let color: ImageColor
    /// `[height, width, channels + 1]`
    let pixels: [UInt8]

    private var opacities: some Sequence<UInt8> {
        stride(from: color.channels, to: pixels.count, by: color.channels + 1).lazy.map { pixels[$0] }
    }

    var isOpaque: Bool { opacities.allSatisfy { $0 == 255 } }

    /// Whether all pixels of the picture that was made of this are of one color, and not of one opacity here.
    func isLost(in image: RasterImage) -> Bool {
        let channels = image.color.channels
        guard image.pixels.indices.allSatisfy({ image.pixels[$0] == image.pixels[$0 % channels] }) else { return false }
        return opacities.contains { $0 != pixels[color.channels] }
    }

    /// The picture over a color: (color · opacity + background · (255 − opacity)) / 255, rounded to the nearest.
    func laid(over background: ImageBackground, as wanted: ImageColor) -> RasterImage {
        // Gray may be laid over a color, if it is to be in color.
        let target = wanted == .rgb ? ImageColor.rgb : color
        let under = background.pixel(target).map(Int.init)
        let (channels, step) = (target.channels, color.channels + 1)
        let out = [UInt8](unsafeUninitializedCapacity: size.height * size.width * channels) { out, count in
            for pixel in 0..<size.height * size.width {
                let opacity = Int(pixels[pixel * step + color.channels])
                for channel in 0..<channels {
                    let value = Int(pixels[pixel * step + min(channel, color.channels - 1)])
                    out[pixel * channels + channel] = UInt8(
                        (value * opacity + under[channel] * (255 - opacity) + 127) / 255)
                }
            }
            count = size.height * size.width * channels
        }
        return RasterImage(size: size, color: target, pixels: out).converted(to: wanted)
    }
}
