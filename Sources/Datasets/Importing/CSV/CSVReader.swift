import Foundation

/// Reads comma-separated values record by record, in pieces of the file: RFC 4180, with line ends of any kind, blank
/// lines between records skipped, and quotes inside an unquoted field taken as they are.
struct CSVReader {
    /// A record: its bytes as they stand in the file, and where its fields are.
    struct Record {
        /// Line of the file it begins on, from 1.
        fileprivate(set) var line = 0
        fileprivate(set) var bytes: [UInt8] = []
        /// Where each field begins and ends, without the quotes or the blanks around it.
        fileprivate(set) var fields: [Range<Int32>] = []

        var count: Int { fields.count }

        /// A field, without the blanks around it unless they are in quotes.
        subscript(_ field: Int) -> ArraySlice<UInt8> {
            bytes[Int(fields[field].lowerBound)..<Int(fields[field].upperBound)]
        }

        func text(_ field: Int) -> String { String(decoding: self[field], as: UTF8.self) }

        /// A field as a name, which blanks around make no other one.
        func name(_ field: Int) -> String { String(decoding: self[field].withoutBlanks, as: UTF8.self) }
    }

    let path: String
    private(set) var delimiter: UInt8
    /// Whether nobody said which character it is, and it might be another.
    private(set) var isDelimiterGuessed: Bool
    /// Bytes of the file; 0 if it is no regular one.
    let size: Int
    /// Closed with its last owner.
    private let handle: FileHandle
    private var buffer: [UInt8]
    /// The bytes of `buffer` that are read and not used yet.
    private var pending: Range<Int>
    private var isAtEnd = false
    private var line = 1

    private static let pieceSize = 1 << 20
    private static let largestRecord = 1 << 26

    /// - Parameter delimiter: nil takes the one of comma, semicolon, tab and bar that the first lines have most of, and
    ///   all as many of.
    /// - Throws: `DatasetError` when the file cannot be read or is no text.
    init(_ path: String, delimiter: Character? = nil) throws {
        self.path = path
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else {
            throw DatasetError(
                .missingFile, file: path, expected: "a CSV file",
                found: isFolder.boolValue ? "a folder" : "no such file", advice: "Check the path.")
        }
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw DatasetError(.unreadable, file: path, expected: "a CSV file", found: String(cString: strerror(errno)))
        }
        self.handle = handle
        var status = stat()
        size =
            fstat(handle.fileDescriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : 0
        buffer = [UInt8](repeating: 0, count: Self.pieceSize)
        pending = 0..<0
        if let delimiter {
            guard let ascii = delimiter.asciiValue, ascii != 0x22, ascii != 0x0A, ascii != 0x0D, ascii != 0 else {
                throw DatasetError(
                    .invalidOption, file: path, expected: "a delimiter of one ASCII character", found: "\(delimiter)")
            }
            self.delimiter = ascii
        } else {
            self.delimiter = 0x2C
        }
        isDelimiterGuessed = false
        try refill()
        try CSVFormat.check(buffer[pending], path)
        if buffer[pending].starts(with: [0xEF, 0xBB, 0xBF]) { pending = 3..<pending.upperBound }
        if delimiter == nil {
            (self.delimiter, isDelimiterGuessed) = CSVFormat.likelyDelimiter(buffer[pending])
        }
    }

    /// Reads the next record into `record`; false at the end of the file.
    /// - Throws: `DatasetError` that names the line.
    mutating func next(_ record: inout Record) throws -> Bool {
        while true {
            if pending.isEmpty {
                if isAtEnd { return false }
                try refill()
                continue
            }
            record.line = line
            let scan = try buffer.withUnsafeBufferPointer { buffer in
                try CSVScan(UnsafeBufferPointer(rebasing: buffer[pending]), self.delimiter, isLast: isAtEnd)
                    .record(&record.fields) { fault, lines in
                        malformed(line + lines, fault)
                    }
            }
            guard let scan else {
                guard pending.count < Self.largestRecord else {
                    throw malformed(line, .tooLong(Self.largestRecord))
                }
                try refill()
                continue
            }
            line += scan.lines
            let bytes = pending.lowerBound..<pending.lowerBound + scan.length
            pending = bytes.upperBound..<pending.upperBound
            if scan.isBlank { continue }
            record.bytes.removeAll(keepingCapacity: true)
            record.bytes.append(contentsOf: buffer[bytes])
            for (field, hasQuotes) in scan.quoted where hasQuotes { record.unquote(field) }
            return true
        }
    }

    /// Reads more of the file behind what is pending.
    private mutating func refill() throws {
        let rest = pending.count
        if pending.lowerBound > 0 {
            buffer.withUnsafeMutableBufferPointer { buffer in
                buffer.baseAddress!.update(from: buffer.baseAddress! + pending.lowerBound, count: rest)
            }
        }
        if buffer.count - rest < Self.pieceSize / 2 {
            buffer.append(contentsOf: repeatElement(0, count: buffer.count))
        }
        var count = 0
        repeat {
            count = buffer.withUnsafeMutableBytes { bytes in
                read(handle.fileDescriptor, bytes.baseAddress! + rest, bytes.count - rest)
            }
        } while count < 0 && errno == EINTR
        guard count >= 0 else {
            throw DatasetError(.unreadable, file: path, expected: "a CSV file", found: String(cString: strerror(errno)))
        }
        pending = 0..<rest + count
        isAtEnd = count == 0
    }

    private func malformed(_ line: Int, _ fault: CSVScan.Fault) -> DatasetError {
        DatasetError(
            .malformed, file: path, object: "line \(line)", expected: fault.expected, found: fault.found,
            advice: fault.advice)
    }
}

extension ArraySlice<UInt8> {
    /// Without the spaces and tabs before and after it.
    var withoutBlanks: ArraySlice<UInt8> {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        guard let first, let last, isBlank(first) || isBlank(last) else { return self }
        guard let start = firstIndex(where: { !isBlank($0) }) else { return self[endIndex...] }
        return self[start...lastIndex(where: { !isBlank($0) })!]
    }
}

extension CSVReader.Record {
    /// Makes one quote of two in a field.
    fileprivate mutating func unquote(_ field: Int) {
        var end = Int(fields[field].lowerBound)
        var index = end
        while index < Int(fields[field].upperBound) {
            bytes[end] = bytes[index]
            index += bytes[index] == 0x22 ? 2 : 1
            end += 1
        }
        fields[field] = fields[field].lowerBound..<Int32(end)
    }
}
