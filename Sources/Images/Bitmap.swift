/// A picture in memory, eight bits each of red, green and blue a pixel.
package struct Bitmap: Equatable, Sendable {
    /// Red, green and blue.
    package struct Color: Equatable, Sendable {
        package let red: UInt8
        package let green: UInt8
        package let blue: UInt8

        package init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
            (self.red, self.green, self.blue) = (red, green, blue)
        }

        package init(gray: UInt8) { self.init(gray, gray, gray) }
    }

    package let width: Int
    package let height: Int
    /// `[height, width, 3]`.
    private(set) var bytes: [UInt8]

    /// A picture of one color.
    package init(width: Int, height: Int, color: Color) {
        precondition(width > 0 && height > 0)
        self.width = width
        self.height = height
        bytes = [UInt8](repeating: 0, count: width * height * 3)
        fill(x: 0, y: 0, width: width, height: height, color)
    }

    /// The color of a pixel, from the left and from the top.
    package subscript(x: Int, y: Int) -> Color {
        get {
            let place = (y * width + x) * 3
            return Color(bytes[place], bytes[place + 1], bytes[place + 2])
        }
        set {
            precondition(0..<width ~= x && 0..<height ~= y, "outside the picture")
            let place = (y * width + x) * 3
            (bytes[place], bytes[place + 1], bytes[place + 2]) = (newValue.red, newValue.green, newValue.blue)
        }
    }

    /// Fills a rectangle, as far as it lies inside.
    package mutating func fill(x: Int, y: Int, width: Int, height: Int, _ color: Color) {
        for row in max(0, y)..<max(max(0, y), min(self.height, y + height)) {
            for column in max(0, x)..<max(max(0, x), min(self.width, x + width)) { self[column, row] = color }
        }
    }
}

// MARK: Text

extension Bitmap {
    /// Pixels from one character to the next, and from one line to the next.
    package static let characterWidth = Glyphs.width + 1
    package static let lineHeight = Glyphs.height + 2

    /// Writes a line, as far as it lies inside.
    package mutating func draw(_ text: String, x: Int, y: Int, _ color: Color) {
        for (index, character) in text.enumerated() {
            for (row, bits) in Glyphs.rows(of: character).enumerated() {
                for column in 0..<Glyphs.width where bits >> UInt8(Glyphs.width - 1 - column) & 1 == 1 {
                    fill(x: x + index * Self.characterWidth + column, y: y + row, width: 1, height: 1, color)
                }
            }
        }
    }
}
