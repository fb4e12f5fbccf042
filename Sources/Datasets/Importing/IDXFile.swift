import Foundation
import Kernels

/// A file in the IDX format of the MNIST database, plain or compressed by gzip: two zero bytes, a type, the number of
/// dimensions, each dimension as a big-endian 32-bit integer, then the elements, big-endian, row-major.
struct IDXFile {
    let path: String

    /// Reads the whole array.
    /// - Throws: `DatasetError` when the header is not IDX, or the size of the file is not what it says.
    func array(as role: ImportedRole, _ judgment: RoundingLoss.Judgment = .table) throws -> ImportedArray {
        let stored = try contents(of: path)
        let isCompressed = stored.count >= 2 && stored.integer(at: 0, as: UInt16.self) == 0x8B1F
        let header = try Header(try bytes(stored, isCompressed, limit: Header.largestSize), path)
        // One byte more than the header says shows a file that goes on, whatever it inflates to.
        let bytes = try bytes(stored, isCompressed, limit: header.fileSize + 1)
        guard bytes.count == header.fileSize else {
            let found = bytes.count > header.fileSize ? "more" : "\(bytes.count)"
            throw DatasetError(
                .truncated, file: path,
                expected: "\(header.fileSize) bytes for the shape \(header.shape) in its header", found: found,
                advice: "The file is damaged or not complete: fetch it again.")
        }
        do {
            let values = try header.element.decode(
                bytes.dropFirst(header.size), ArrayLayout(shape: header.shape), count: header.count, bigEndian: true,
                as: role, judgment)
            return ImportedArray(
                shape: header.shape, values: values, file: path, floatBits: header.element.floatBits)
        } catch {
            preconditionFailure("IDX has no 64-bit integers")
        }
    }

    /// The first `limit` bytes, inflated.
    private func bytes(_ stored: Data, _ isCompressed: Bool, limit: Int) throws -> Data {
        guard isCompressed else { return stored.prefix(limit) }
        do throws(Inflate.Failure) {
            return try Inflate.inflate(stored, .gzip, limit: limit)
        } catch .truncated {
            throw DatasetError(
                .truncated, file: path, found: "compressed data that breaks off",
                advice: "The file is not complete: fetch it again.")
        } catch .corrupt(let message) {
            throw DatasetError(
                .malformed, file: path, found: "damaged compressed data (\(message))", advice: "Fetch the file again.")
        }
    }

    private struct Header {
        static let largestRank = 8
        static let largestSize = 4 + 4 * largestRank

        let element: RawElement
        let shape: [Int]
        let count: Int
        let size: Int
        let fileSize: Int

        init(_ bytes: Data, _ path: String) throws {
            func error(_ kind: DatasetError.Kind, _ expected: String, _ found: String) -> DatasetError {
                DatasetError(kind, file: path, expected: expected, found: found)
            }
            guard bytes.count >= 4 else {
                throw error(.truncated, "an IDX file of at least 4 bytes", "\(bytes.count)")
            }
            let start = [UInt8](bytes.prefix(4))
            let rank = Int(start[3])
            guard start[0] == 0, start[1] == 0, let element = Self.element(start[2]) else {
                let found = start.map(\.hexadecimal).joined(separator: " ")
                throw error(.wrongFormat, "an IDX file, which starts with 00 00 and a type", found)
            }
            guard (1...Self.largestRank).contains(rank) else {
                throw error(.wrongShape, "1 to \(Self.largestRank) dimensions", "\(rank)")
            }
            guard bytes.count >= 4 + 4 * rank else {
                throw error(.truncated, "\(4 + 4 * rank) bytes of header", "\(bytes.count)")
            }
            let shape = (0..<rank).map { Int(bytes.integer(at: 4 + 4 * $0, bigEndian: true, as: UInt32.self)) }
            guard let count = elementCount(shape), let size = elementCount(shape + [element.size]), size < 1 << 48
            else {
                throw error(.wrongShape, "an array that fits in memory", "shape \(shape)")
            }
            self.element = element
            self.shape = shape
            self.count = count
            self.size = 4 + 4 * rank
            self.fileSize = 4 + 4 * rank + size
        }

        private static func element(_ code: UInt8) -> RawElement? {
            switch code {
            case 0x08: .unsigned(bytes: 1)
            case 0x09: .signed(bytes: 1)
            case 0x0B: .signed(bytes: 2)
            case 0x0C: .signed(bytes: 4)
            case 0x0D: .float(bytes: 4)
            case 0x0E: .float(bytes: 8)
            default: nil
            }
        }
    }
}
