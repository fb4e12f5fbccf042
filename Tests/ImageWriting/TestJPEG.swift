import CJPEGWriter
import Foundation

/// A JPEG file as libjpeg writes it.
package struct TestJPEG {
    package var width: Int
    package var height: Int
    /// 1 for gray, 3 for colors, 4 for inks, 2 for something else.
    package var channels: Int
    /// `[height, width, channels]`
    package var pixels: [UInt8]
    package var isProgressive = false
    package var isArithmetic = false
    /// Whether colors have all the pixels that brightness has.
    package var isFullColor = false
    /// Whether each color has a scan of its own; for three channels.
    package var isSeparate = false
    /// Rows of blocks from one restart marker to the next; 0 for none.
    package var restartRows = 0
    package var quality = 90

    package init(width: Int, height: Int, channels: Int, _ pixels: [UInt8]) {
        precondition(pixels.count == width * height * channels)
        (self.width, self.height, self.channels, self.pixels) = (width, height, channels, pixels)
    }

    package var bytes: [UInt8] {
        let options = lockstep_jpeg_options(
            width: Int32(width), height: Int32(height), channels: Int32(channels), is_progressive: isProgressive,
            is_arithmetic: isArithmetic, is_full_color: isFullColor, is_separate: isSeparate,
            restart_rows: Int32(restartRows),
            quality: Int32(quality))
        var count = 0
        let bytes = lockstep_write_jpeg(pixels, options, &count)!
        defer { free(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }
}
