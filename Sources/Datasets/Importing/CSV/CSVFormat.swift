/// What the first bytes of a file say of its format.
enum CSVFormat {
    /// - Throws: `DatasetError` for a file of another format, with what makes a table in text of it.
    static func check(_ bytes: ArraySlice<UInt8>, _ path: String) throws {
        let others: [(start: [UInt8], what: String, advice: String)] = [
            ([0x1F, 0x8B], "a gzip archive", "Unpack it first: gunzip --keep FILE."),
            (Array("BZh".utf8), "a bzip2 archive", "Unpack it first: bunzip2 --keep FILE."),
            ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "an xz archive", "Unpack it first: unxz --keep FILE."),
            ([0x28, 0xB5, 0x2F, 0xFD], "a Zstandard archive", "Unpack it first: unzstd FILE."),
            (
                Array("PK\u{3}\u{4}".utf8), "a ZIP archive, such as an Excel workbook",
                "Save the table as CSV in UTF-8, or unpack it."
            ),
            (
                Array("PAR1".utf8), "a Parquet file",
                "Make a CSV file of it: pandas.read_parquet(…).to_csv(…, index=False)."
            ),
            (
                [0x89] + Array("HDF\r\n".utf8), "an HDF5 file",
                "It needs no import if its names are those of a data set."
            ),
        ]
        for other in others where bytes.starts(with: other.start) {
            throw DatasetError(
                .wrongFormat, file: path, expected: "a CSV file in UTF-8", found: other.what, advice: other.advice)
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw DatasetError(
                .wrongFormat, file: path, expected: "a CSV file in UTF-8", found: "UTF-16",
                advice: "Save it as UTF-8 (\(CSVEncoding.conversion(of: path, from: "UTF-16"))).")
        }
    }

    /// Lines that a delimiter is guessed by.
    private static let guessLines = 20

    /// The candidate that occurs in the first lines as often in each, outside quotes, and most often where several do;
    /// a comma if none does. It is a guess unless it is the comma, and no other one occurs as often in each line.
    static func likelyDelimiter(_ bytes: ArraySlice<UInt8>) -> (delimiter: UInt8, isGuess: Bool) {
        let candidates = [",", ";", "\t", "|"].map { Character($0).asciiValue! }
        var lines: [[Int]] = []
        var counts = [Int](repeating: 0, count: candidates.count)
        var (isQuoted, isEmpty) = (false, true)
        for byte in bytes {
            if byte == 0x22 { isQuoted.toggle() }
            if !isQuoted && (byte == 0x0A || byte == 0x0D) {
                if !isEmpty { lines.append(counts) }
                guard lines.count < guessLines else { break }
                (counts, isEmpty) = (counts.map { _ in 0 }, true)
                continue
            }
            isEmpty = false
            if !isQuoted, let candidate = candidates.firstIndex(of: byte) { counts[candidate] += 1 }
        }
        // The last line may be cut off, but for a file of one.
        if lines.isEmpty { lines.append(counts) }
        let scores = candidates.indices.map { candidate in
            let first = lines[0][candidate]
            return (alike: first == 0 ? 0 : lines.count { $0[candidate] == first }, first: first)
        }
        let best = scores.indices.max { a, b in
            // Of two that are equal the first is the better.
            scores[a] == scores[b] ? a > b : scores[a] < scores[b]
        }!
        let chosen = scores[best].first == 0 ? 0 : best
        let isGuess = chosen != 0 || scores.dropFirst().contains { $0.alike == lines.count }
        return (candidates[chosen], isGuess)
    }
}
