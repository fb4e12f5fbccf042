import DurableFiles
import Foundation
import Images

/// A folder of images to be made a data set: a folder for each class, PNG and JPEG files in it.
///
///     try ImageImport("photos", size: ImageSize("64")).write(to: "photos.h5")
///
/// Classes are numbered in the order of the names of their folders, whose names are stored; samples are in the order of
/// classes, then of files, by the bytes of their names. They are `[height, width, channels]` bytes. Memory does not
/// grow with their number.
public struct ImageImport: Sendable {
    public var folder: String
    /// What every image is stretched to; nil where all have one size.
    public var size: ImageSize?
    /// What every image is converted to; nil where all are gray, or all in color.
    public var color: ImageColor?
    /// Whether images are turned as a camera has noted (EXIF).
    public var turnsImages = true
    /// What shows through where an image is transparent; nil for the colors that are stored under transparency.
    public var background: ImageBackground? = .white
    /// Whether what cannot be read is left out. Files are decoded twice then: once to know which.
    public var skipsUnreadable: Bool
    public var split: SplitFractions
    /// What size, color and numbers of classes are taken from, in place of `size` and `color`; nil for the files.
    public var likeness: Likeness?
    /// Without targets, all images of the folder and of folders in it are taken, and folders are no classes.
    public var taking: TargetImport
    /// Threads that decode; nil for two, where there are two cores. They change no byte.
    public var threads: Int?

    /// What was made.
    public struct Outcome: Sendable {
        /// A line for each split.
        public let summary: String
        /// What was done to images of which not all look as the file stores them; a line each.
        public let changes: [String]
        /// What was left out, in the order of names.
        public let skipped: [UnreadableImage]
        /// What was taken for granted, a line each.
        public let notes: [String]
    }

    public init(
        _ folder: String, size: ImageSize? = nil, color: ImageColor? = nil, skipsUnreadable: Bool = false,
        split: SplitFractions = SplitFractions(), taking: TargetImport = .required,
        like likeness: Likeness? = nil, threads: Int? = nil
    ) {
        self.folder = folder
        self.size = size
        self.color = color
        self.skipsUnreadable = skipsUnreadable
        self.split = split
        self.taking = taking
        self.likeness = likeness
        self.threads = threads
    }

    /// Writes the file, reads it back, and gives it its name when it holds what was read.
    ///
    /// - Parameter progress: called often, with the bytes of files that are done and those there are.
    /// - Throws: `DatasetError` that names the files which cannot be read (the first twenty, and how many more), the
    ///   first two images that differ in size or color, or a class without images; `HDF5Error`. Then nothing is left.
    @discardableResult
    public func write(
        to output: String, overwrite: Bool = false, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> Outcome {
        let durable = DurableFile(output, replacing: overwrite)
        try reportingAsDatasetError { try durable.checkFree() }
        durable.removeLeftovers()
        try checkSize()
        let target = try likeness.map { try ImageTarget($0, folder: folder) }
        let reader = ImageReader(
            folder: folder, size: target?.form.size ?? size,
            decoding: ImageDecoding(color: target?.form.color ?? color, turns: turnsImages, background: background))
        let tree = try ImageFolder(folder, taking: taking, fewestClasses: target == nil ? 2 : 1)
        let labels = try target.map { try $0.labels(of: tree) } ?? tree.labels
        let model = model(of: tree, reader)
        // Whether there is anything to find out before a file is begun.
        let examines = skipsUnreadable || model == nil || !tree.strays.isEmpty
        let total = tree.files.reduce(0) { $0 + $1.bytes } * (examines ? 2 : 1)
        var done = 0
        func advance(_ file: ImageFolder.File) {
            done += file.bytes
            progress(done, total)
        }

        let skipped = examines ? try tree.strays + examine(tree.files, model, reader, advance) : []
        guard skipsUnreadable || skipped.isEmpty else { throw refusal(of: skipped, among: tree) }
        // By bytes: to Swift, two ways to write é are one.
        let names = Set(skipped.map { Array($0.name.utf8) })
        let files = tree.files.filter { !names.contains(Array($0.name.utf8)) }
        try tree.checkClasses(of: files, found: "none that can be read: \(listed(skipped.map(\.description)))")

        guard let form = model?.form else {
            // Every class has an image now, and none had before.
            throw DatasetError(
                .unreadable, file: folder, expected: "files that nothing changes meanwhile",
                found: "images where none could be read at first", advice: "Import again when it is complete.")
        }
        let shape = target?.contract.inputShape ?? form.shape
        let parts = try split.rows(of: files.count, file: folder)
        var digests: [String: UInt64] = [:]
        var changes = ImageChanges(background: background)
        try reportingAsDatasetError {
            try durable.writeHDF5 { file in
                let root = try file.root
                if let names = target == nil ? tree.classNames : target?.contract.classNames {
                    try root.attributes.set("class_names", names)
                }
                var tables = try ImageTables(
                    in: root, shape: shape, rows: files.count,
                    labels: labels.map { labels in files.map { labels[$0.label] } }, parts: parts)
                let unreadable = try read(files, model, reader, makesSamples: true, advance) { sample, traits in
                    changes.count(traits)
                    try tables.append(sample)
                }
                guard unreadable.isEmpty else { throw refusal(of: unreadable, among: tree) }
                digests = try tables.finish()
                for split in parts.keys { try target?.writeAttributes(to: root.dataset("x_\(split)")) }
            } verify: { file in
                for (name, digest) in digests where try ImageTables.digest(of: file.root.dataset(name)) != digest {
                    throw DatasetError(
                        .writeFailed, file: output, object: name, found: "it reads back as something else",
                        advice: "Check the disk.")
                }
            }
        }
        return Outcome(
            summary: summary(parts, shape, hasTargets: labels != nil), changes: changes.lines, skipped: skipped.inOrder,
            notes: try target?.notes(on: tree) ?? [])
    }

    // MARK: Passes over the files

    /// The first image that can be read: what the others have to be like.
    private struct Model {
        let file: ImageFolder.File
        let form: ImageForm
    }

    private func model(of tree: ImageFolder, _ reader: ImageReader) -> Model? {
        for file in tree.files {
            if let form = reader.form(of: file) { return Model(file: file, form: form) }
        }
        return nil
    }

    /// Which files cannot be read.
    private func examine(
        _ files: [ImageFolder.File], _ model: Model?, _ reader: ImageReader, _ advance: (ImageFolder.File) -> Void
    ) throws -> [UnreadableImage] {
        try read(files, model, reader, makesSamples: false, advance) { _, _ in }
    }

    /// Reads files in order, and hands on their samples, as long as all can be read.
    /// - Returns: those that cannot.
    private func read(
        _ files: [ImageFolder.File], _ model: Model?, _ reader: ImageReader, makesSamples: Bool,
        _ advance: (ImageFolder.File) -> Void, _ body: ([UInt8], DecodedImage.Traits) throws -> Void
    ) throws -> [UnreadableImage] {
        let pass = ImagePass(reader: reader, threads: threads ?? LoadingOptions().resolvedThreads)
        var unreadable: [UnreadableImage] = []
        try pass.run(files, as: model?.form, makesSamples: makesSamples) { file, outcome in
            advance(file)
            switch outcome {
            case .sample(let sample, let traits): if unreadable.isEmpty { try body(sample, traits) }
            case .unreadable(let image): unreadable.append(image)
            // Whoever has to look after other files anyway shall hear of all of them first.
            case .differs(let form):
                if unreadable.isEmpty || skipsUnreadable { throw difference(of: file, form, from: model!) }
            }
        }
        return unreadable
    }

    // MARK: What is wrong

    private func checkSize() throws {
        guard let size, !size.isPossible else { return }
        throw DatasetError(
            .invalidOption, file: folder, object: "size",
            expected: "at most \(ImageSize.mostPixels) pixels, and 1 ... \(ImageSize.mostSide) a side", found: "\(size)"
        )
    }

    private func difference(of file: ImageFolder.File, _ form: ImageForm, from model: Model) -> DatasetError {
        let path = "\(folder)/\(file.name)"
        guard form.size == model.form.size else {
            return DatasetError(
                .wrongShape, file: path,
                expected: "\(model.form.size) pixels (height x width) as in \(model.file.name)",
                found: "\(form.size)", advice: sizeAdvice(form.size, model.form.size))
        }
        return DatasetError(
            .wrongShape, file: path, expected: "\(model.form.color.words) as in \(model.file.name)",
            found: form.color.words, advice: "Make all images the same: --color gray, or --color rgb.")
    }

    /// A size stretches. What is as wide as others are high may lie on its side instead.
    private func sizeAdvice(_ size: ImageSize, _ other: ImageSize) -> String {
        let isTurned = (size.height, size.width) == (other.width, other.height)
        return (isTurned && !turnsImages ? "Turn them as their EXIF data says: leave out --keep-orientation. " : "")
            + "To stretch all to one size: --size \(other)."
    }

    private func refusal(of unreadable: [UnreadableImage], among tree: ImageFolder) -> DatasetError {
        DatasetError(
            .unreadable, file: folder, expected: "nothing but PNG and JPEG images in the folders of classes",
            found: "\(unreadable.count) of \(tree.files.count + tree.strays.count) entries that cannot be read: "
                + listed(unreadable.inOrder.map(\.description)),
            advice: "Mend or remove them, or leave them out: --skip-unreadable.")
    }

    private func summary(_ parts: [Split: [Int32]], _ shape: [Int], hasTargets: Bool) -> String {
        Split.allCases.compactMap { split in
            parts[split].map {
                "\(split): \($0.count) samples of \(shape) uint8, "
                    + (hasTargets ? "targets [\($0.count)] int64" : "no targets")
            }
        }.joined(separator: "\n")
    }
}

extension [UnreadableImage] {
    /// By the bytes of their names.
    fileprivate var inOrder: [UnreadableImage] {
        sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }
}

extension ImageColor {
    fileprivate var words: String { self == .gray ? "gray" : "color (rgb)" }
}
