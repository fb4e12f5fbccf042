import Batches
import Images

/// Where on a sheet images and captions go. Small images are enlarged, large ones show every so many pixels.
struct Tiles {
    private static let margin = 6
    /// Pixels that the longer side of a small image becomes, at most.
    private static let wanted = 64
    /// The most pixels of the longer side of a large one.
    private static let most = 256
    /// The most characters of a caption.
    private static let mostCharacters = 18

    private let image: ImageShape
    private let captions: [String]
    /// How many pixels stand for one, or one for how many.
    private let zoom: Int
    private let step: Int
    private let cell: (width: Int, height: Int)
    private let columns: Int

    /// - Parameter captions: one for each image; at least one.
    init(_ image: ImageShape, captions: [String]) {
        self.image = image
        let side = max(image.height, image.width)
        zoom = max(1, Self.wanted / side)
        step = (side + Self.most - 1) / Self.most
        let width = zoom * ((image.width + step - 1) / step)
        let height = zoom * ((image.height + step - 1) / step)
        let characters = captions.map { $0.prefix(Self.mostCharacters).count }.max()!
        cell = (
            max(width, characters * Bitmap.characterWidth) + Self.margin,
            height + Self.margin + (characters == 0 ? 0 : Bitmap.lineHeight)
        )
        let most = cell.width / Bitmap.characterWidth
        self.captions = captions.map { $0.prefix(most + 1).count > most ? $0.prefix(most - 1) + "…" : $0 }
        let square = (Double(captions.count) * Double(cell.height) / Double(cell.width)).squareRoot().rounded(.up)
        columns = min(captions.count, max(1, Int(square)))
    }

    func draw(_ values: PixelValues) -> Bitmap {
        let rows = (captions.count + columns - 1) / columns
        var bitmap = Bitmap(
            width: columns * cell.width + Self.margin, height: rows * cell.height + Self.margin,
            color: Bitmap.Color(gray: 255))
        for (index, caption) in captions.enumerated() {
            let x = Self.margin + index % columns * cell.width
            let y = Self.margin + index / columns * cell.height
            draw(index, values, x, y, &bitmap)
            bitmap.draw(caption, x: x, y: y + cell.height - Self.margin - Bitmap.lineHeight + 2, Bitmap.Color(gray: 0))
        }
        return bitmap
    }

    private func draw(_ sample: Int, _ values: PixelValues, _ x: Int, _ y: Int, _ bitmap: inout Bitmap) {
        for (j, row) in stride(from: 0, to: image.height, by: step).enumerated() {
            for (i, column) in stride(from: 0, to: image.width, by: step).enumerated() {
                let first = (row * image.width + column) * image.channels
                let color =
                    image.channels == 1
                    ? Bitmap.Color(gray: values[sample, first])
                    : Bitmap.Color(values[sample, first], values[sample, first + 1], values[sample, first + 2])
                bitmap.fill(x: x + i * zoom, y: y + j * zoom, width: zoom, height: zoom, color)
            }
        }
    }
}
