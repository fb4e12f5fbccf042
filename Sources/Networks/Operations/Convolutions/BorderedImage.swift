/// One image of a value with a border of zeros, in scratch memory.
struct BorderedImage {
    /// Rows and columns of the image, floats a pixel.
    let rows: Int
    let columns: Int
    let depth: Int
    /// Rows and columns of the whole, and where the image begins in it.
    let borderedRows: Int
    let borderedColumns: Int
    let firstRow: Int
    let firstColumn: Int

    var count: Int { borderedRows * borderedColumns * depth }
    /// Floats from one row to the next.
    var line: Int { borderedColumns * depth }

    /// Writes the border, which `fill` leaves alone.
    func clear(_ target: UnsafeMutablePointer<Float>) { target.update(repeating: 0, count: count) }

    /// Writes the image into its place.
    func fill(_ target: UnsafeMutablePointer<Float>, from image: UnsafePointer<Float>) {
        let width = columns * depth
        let corner = target + (firstRow * borderedColumns + firstColumn) * depth
        for row in 0..<rows { (corner + row * line).update(from: image + row * width, count: width) }
    }
}

extension ConvolutionPlan {
    var borderedInput: BorderedImage {
        BorderedImage(
            rows: geometry.rows.input, columns: geometry.columns.input,
            depth: geometry.channels, borderedRows: geometry.rows.padded, borderedColumns: geometry.columns.padded,
            firstRow: geometry.rows.before, firstColumn: geometry.columns.before)
    }

    var borderedGradient: BorderedImage {
        BorderedImage(
            rows: geometry.rows.output, columns: geometry.columns.output, depth: filters,
            borderedRows: gradientRows, borderedColumns: gradientColumns, firstRow: gradientBorder.row,
            firstColumn: gradientBorder.column)
    }
}
