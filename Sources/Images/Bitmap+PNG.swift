import CImages

extension Bitmap {
    /// The picture as a file in the PNG format, 8-bit RGB. The same picture gives the same bytes.
    package var png: [UInt8] {
        let (width, height) = (UInt32(width), UInt32(height))
        return [UInt8](unsafeUninitializedCapacity: lockstep_png_most_bytes(width, height)) { file, count in
            count = file.count
            // It fails only for want of memory, or room, of which there is enough.
            precondition(
                lockstep_png_encode(bytes, width, height, file.baseAddress!, &count), "libpng could not write")
        }
    }
}
