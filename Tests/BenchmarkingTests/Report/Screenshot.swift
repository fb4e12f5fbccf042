import Foundation
import Images

/// What a browser's window shows.
struct Screenshot {
    let width: Int
    let height: Int
    /// Red, green and blue as one number each, row by row.
    let pixels: [UInt32]

    /// - Parameter file: PNG.
    init(_ file: Data) throws {
        let image = try ImageFile([UInt8](file)).decode(ImageDecoding(color: .rgb)).image
        (width, height) = (image.size.width, image.size.height)
        pixels = stride(from: 0, to: image.pixels.count, by: 3).map { place in
            image.pixels[place..<place + 3].reduce(0) { $0 << 8 | UInt32($1) }
        }
    }

    /// In how many columns of the picture a color occurs.
    func columns(with color: UInt32) -> Int {
        var found = Set<Int>()
        for (index, pixel) in pixels.enumerated() where pixel == color { found.insert(index % width) }
        return found.count
    }

    /// The share of all pixels that have a color.
    func share(of color: UInt32) -> Double {
        Double(pixels.reduce(0) { $0 + ($1 == color ? 1 : 0) }) / Double(pixels.count)
    }
}
