import Foundation

/// The files of CIFAR-10 in its binary version, unpacked.
public struct CIFAR10Files: Equatable, Sendable {
    public var train: [String]
    public var test: [String]

    /// - Parameters:
    ///   - train: one or more files, whose records follow each other.
    ///   - test: none for no test split.
    public init(train: [String], test: [String] = []) {
        self.train = train
        self.test = test
    }

    /// The files of a folder: `data_batch_1.bin` to `data_batch_5.bin`, and `test_batch.bin` if it is there.
    /// - Throws: `DatasetError` that names the one which is missing.
    public init(folder: String) throws {
        let available = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        train = try (1...5).map { number in
            let name = "data_batch_\(number).bin"
            if available.contains(name) { return "\(folder)/\(name)" }
            throw DatasetError(
                .missingFile, file: folder, expected: "\(name), of the binary version of CIFAR-10",
                found: "a folder with \(listed(available.sorted()))",
                advice: "Unpack cifar-10-binary.tar.gz, or name the files one by one.")
        }
        test = available.contains("test_batch.bin") ? ["\(folder)/test_batch.bin"] : []
    }
}

extension ImportedDataset {
    /// Reads CIFAR-10 in its binary version: images of 32×32 pixels in ten classes.
    ///
    /// A record has 3,073 bytes: the class, then the red, the green and the blue plane, row-major. A sample becomes
    /// `[32, 32, 3]`, the colors of a pixel side by side; bytes stay bytes. Names of the classes come from
    /// `batches.meta.txt` beside the first file where there is one.
    /// - Throws: `DatasetError` for files of another size, classes above 9, names that are not ten.
    public static func cifar10(
        _ files: CIFAR10Files, split fractions: SplitFractions = SplitFractions()
    ) throws -> ImportedDataset {
        guard let first = files.train.first else {
            throw DatasetError(.missingFile, file: "CIFAR-10", expected: "files to train on", found: "none")
        }
        var tables = [Split.train: try CIFAR10Records.table(files.train)]
        if !files.test.isEmpty { tables[.test] = try CIFAR10Records.table(files.test) }
        var imported = ImportedDataset(tables: tables)
        imported.title = "CIFAR-10: 32x32 pictures in ten classes"
        imported.source =
            "A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009, "
            + "https://www.cs.toronto.edu/~kriz/cifar.html"
        imported.classNames = try CIFAR10Records.classNames(beside: first)
        try imported.cut(fractions, file: first)
        return imported
    }
}

private enum CIFAR10Records {
    static let side = 32
    static let channels = 3
    static let classes = 10
    static let pixels = side * side
    static let size = 1 + channels * pixels

    /// The records of files, one after the other.
    static func table(_ paths: [String]) throws -> ImportedDataset.Table {
        var (inputs, targets): ([UInt8], [UInt8]) = ([], [])
        for path in paths { try read(path, &inputs, &targets) }
        return try ImportedDataset.Table(
            inputs: ImportedArray(
                shape: [targets.count, side, side, channels], values: .uint8(inputs), file: paths[0]),
            targets: ImportedArray(shape: [targets.count], values: .uint8(targets), file: paths[0]))
    }

    private static func read(_ path: String, _ inputs: inout [UInt8], _ targets: inout [UInt8]) throws {
        let data = try contents(of: path)
        guard data.count > 0, data.count.isMultiple(of: size) else { throw wrongSize(data, path) }
        let records = data.count / size
        try data.withUnsafeBytes { bytes in
            for record in 0..<records where bytes[record * size] >= classes {
                throw DatasetError(
                    .labelOutOfRange, file: path, expected: "classes in 0 ..< \(classes)",
                    found: "\(bytes[record * size]) in record \(record), at byte \(record * size)",
                    advice: "The file is damaged, or not of CIFAR-10.")
            }
            targets += (0..<records).map { bytes[$0 * size] }
            inputs += [UInt8](unsafeUninitializedCapacity: records * pixels * channels) { out, count in
                for record in 0..<records {
                    let planes = record * size + 1
                    let first = record * pixels * channels
                    for pixel in 0..<pixels {
                        for channel in 0..<channels {
                            out[first + pixel * channels + channel] = bytes[planes + channel * pixels + pixel]
                        }
                    }
                }
                count = records * pixels * channels
            }
        }
    }

    private static func wrongSize(_ data: Data, _ path: String) -> DatasetError {
        let isCompressed = data.count >= 2 && data.integer(at: 0, as: UInt16.self) == 0x8B1F
        let advice =
            if isCompressed {
                "It is compressed: unpack it."
            } else if data.count > 0, data.count.isMultiple(of: size + 1) {
                "It may be CIFAR-100, whose records have \(size + 1) bytes."
            } else {
                "The file is cut off, or not of the binary version of CIFAR-10."
            }
        return DatasetError(
            .truncated, file: path, expected: "one or more records of \(size) bytes",
            found: "\(data.count) bytes, which are \(data.count / size) records and \(data.count % size) bytes",
            advice: advice)
    }

    /// Names of the classes, one a line.
    static func classNames(beside path: String) throws -> [String] {
        let file = URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent("batches.meta.txt")
        guard FileManager.default.fileExists(atPath: file.path) else {
            return ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
        }
        let data = try contents(of: file.path)
        func refuse(_ found: String) -> DatasetError {
            DatasetError(
                .malformed, file: file.path, expected: "\(classes) names of classes, one a line", found: found,
                advice: "Fetch the file again, or remove it.")
        }
        // Ten names are a few dozen bytes.
        guard data.count <= 1 << 16, let text = String(data: data, encoding: .utf8) else {
            throw refuse("\(data.count) bytes that are no such text")
        }
        let names = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }
        guard names.count == classes else { throw refuse("\(names.count)") }
        guard Set(names).count == classes else { throw refuse("the same name twice") }
        guard !text.unicodeScalars.contains("\0") else { throw refuse("a byte of zero") }
        return names
    }
}
