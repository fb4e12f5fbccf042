import Foundation

extension ImportedDataset {
    /// Where `fashionMNIST` writes by default.
    public static let fashionMNISTOutput = "datasets/fashion-mnist.h5"

    /// Reads Fashion-MNIST: 60,000 + 10,000 pictures of clothes, 28×28 bytes, ten classes.
    ///
    /// The files come from the folder that the environment variable FASHION_MNIST names, else from Debian's package
    /// `dataset-fashion-mnist`.
    /// - Throws: `DatasetError` that says how to get them.
    public static func fashionMNIST(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        split fractions: SplitFractions = SplitFractions()
    ) throws -> ImportedDataset {
        var imported = try idx(try fashionMNISTFiles(environment), split: fractions)
        imported.title = "Fashion-MNIST: 28x28 pictures of clothes"
        imported.source =
            "Zalando Research, https://github.com/zalandoresearch/fashion-mnist; H. Xiao, K. Rasul and R. Vollgraf, "
            + "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms, arXiv:1708.07747"
        imported.license = "MIT License, Copyright (c) 2017 Zalando SE, https://tech.zalando.com"
        imported.classNames = [
            "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
        ]
        return imported
    }

    private static func fashionMNISTFiles(_ environment: [String: String]) throws -> IDXFiles {
        if let folder = environment["FASHION_MNIST"], !folder.isEmpty { return try IDXFiles(folder: folder) }
        let package = "dataset-fashion-mnist"
        guard let image = filesOfPackage(package).first(where: { $0.contains("train-images-idx3-ubyte") }) else {
            throw DatasetError(
                .missingFile, file: "Fashion-MNIST", expected: "the Debian package \(package)",
                found: "no such package on this machine",
                advice: "Run: apt-get install \(package). Elsewhere, set FASHION_MNIST to a folder with the four files "
                    + "of https://github.com/zalandoresearch/fashion-mnist.")
        }
        return try IDXFiles(folder: URL(fileURLWithPath: image).deletingLastPathComponent().path)
    }

    /// The files that a Debian package installed; none where there is no such package, or no dpkg.
    private static func filesOfPackage(_ package: String) -> [String] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/dpkg")
        process.arguments = ["-L", package]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return [] }
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return process.terminationStatus == 0 ? text.split(separator: "\n").map(String.init) : []
    }
}
