import Foundation
import Images

/// What all samples of a data set of images are like.
struct ImageForm: Equatable {
    let size: ImageSize
    let color: ImageColor

    var shape: [Int] { [size.height, size.width, color.channels] }
    var bytes: Int { shape.reduce(1, *) }
}

/// Reads files of images, and makes samples of them.
struct ImageReader: Sendable {
    let folder: String
    /// As asked for, nil for what the files have.
    let size: ImageSize?
    let decoding: ImageDecoding

    /// Bytes of a file: more than the largest image takes, as it is, in 16 bits with alpha.
    static let mostBytes = 1 << 30

    /// What became of a file.
    enum Outcome: Sendable {
        /// `[height, width, channels]`, empty where none was to be made, and what was done to make it.
        case sample([UInt8], DecodedImage.Traits)
        case unreadable(UnreadableImage)
        /// It is whole, and of another form than it should be.
        case differs(ImageForm)
    }

    /// Decodes a file.
    ///
    /// - Parameters:
    ///   - form: what samples are like; nil to take any.
    ///   - makesSample: false to see whether it can be decoded.
    func read(_ file: ImageFolder.File, as form: ImageForm?, makesSample: Bool) -> Outcome {
        do throws(UnreadableReason) {
            let decoded = try decode(file)
            guard let form else { return .sample([], decoded.traits) }
            let own = self.form(of: decoded)
            guard own == form else { return .differs(own) }
            return .sample(makesSample ? decoded.image.resized(to: form.size).pixels : [], decoded.traits)
        } catch {
            return .unreadable(UnreadableImage(file.name, error.text))
        }
    }

    /// What samples are like if all files are like this one; nil if it cannot be read.
    func form(of file: ImageFolder.File) -> ImageForm? {
        (try? decode(file)).map { form(of: $0) }
    }

    private func form(of decoded: DecodedImage) -> ImageForm {
        ImageForm(size: size ?? decoded.image.size, color: decoded.image.color)
    }

    private func decode(_ file: ImageFolder.File) throws(UnreadableReason) -> DecodedImage {
        let bytes = try contents(of: "\(folder)/\(file.name)")
        do {
            return try ImageFile(bytes).decode(decoding)
        } catch {
            throw UnreadableReason(text: error.description)
        }
    }

    /// All bytes of a file, by `read`: a map would end the process if the file got shorter, or the disk failed.
    private func contents(of path: String) throws(UnreadableReason) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw UnreadableReason(code: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw UnreadableReason(code: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw UnreadableReason(text: "not a file any more") }
        guard status.st_size <= Self.mostBytes else {
            throw UnreadableReason(text: "\(status.st_size) bytes, of at most \(Self.mostBytes)")
        }
        var code: CInt = 0
        let size = Int(status.st_size)
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { bytes, count in
            while count < size {
                let read = Foundation.read(descriptor, bytes.baseAddress! + count, size - count)
                if read > 0 {
                    count += read
                } else if read == 0 {
                    break
                } else if errno != EINTR {
                    code = errno
                    break
                }
            }
        }
        guard code == 0 else { throw UnreadableReason(code: code) }
        return bytes
    }
}

private struct UnreadableReason: Error {
    let text: String

    init(text: String) { self.text = text }
    init(code: CInt) { text = String(cString: strerror(code)) }
}
