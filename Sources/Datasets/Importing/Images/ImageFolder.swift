import Foundation

/// A folder with a folder for each class, and the files of images in them; or, to predict on, of images in any or no
/// folder.
///
/// Entries are taken in the order of the bytes of their names, so that the same tree makes the same data set. Links are
/// followed. Names that begin with a dot are passed over.
struct ImageFolder {
    struct File {
        /// Within the folder: `cats/a.png`.
        let name: String
        /// Index of the class; 0 where there are none.
        let label: Int
        let bytes: Int
    }

    let path: String
    /// Names of the folders, by class; empty where they are no classes.
    private(set) var classes: [String] = []
    /// Class by class.
    private(set) var files: [File] = []
    /// What is no file in the folder of a class.
    private(set) var strays: [UnreadableImage] = []

    /// Nil where folders are no classes.
    var classNames: [String]? { classes.isEmpty ? nil : classes }
    /// The class index of each class.
    var labels: [Int64]? { classNames.map { $0.indices.map { Int64($0) } } }

    /// - Parameter taking: without targets, images are taken beside folders too, and folders are no classes. Where
    ///   targets are optional, a folder without folders has none.
    /// - Throws: `DatasetError` when a folder cannot be read, there are fewer classes than there have to be, or one has
    ///   no files; without targets, when there are no files at all.
    init(_ path: String, taking: TargetImport = .required, fewestClasses: Int = 2) throws {
        self.path = path
        let what = taking == .required ? "a folder with a folder for each class" : "a folder of images"
        let entries = try names(in: path, called: what)
        let hasClasses =
            switch taking {
            case .required: true
            case .optional: entries.contains { if case .folder = FileKind(of: "\(path)/\($0)") { true } else { false } }
            case .none: false
            }
        for name in entries {
            switch FileKind(of: "\(path)/\(name)") {
            case .folder where !hasClasses: try add(folder: name, label: 0)
            case .folder:
                try add(folder: name, label: classes.count)
                classes.append(name)
            case .file(let bytes) where !hasClasses: add(name, bytes, label: 0)
            case .file: strays.append(UnreadableImage(name, "a file outside the folders of classes"))
            case .other(let reason): strays.append(UnreadableImage(name, reason))
            }
        }
        guard !hasClasses || classes.count >= fewestClasses else {
            throw DatasetError(
                .empty, file: path, expected: "a folder for each of two classes or more",
                found: classes.first.map { "'\($0)' alone" } ?? "none, and \(strays.count) other entries",
                advice: "Put the images of each class in a folder of their own, or take them all without classes, to "
                    + "predict on: --no-targets.")
        }
        guard files.count <= Int(Int32.max) else {
            throw DatasetError(
                .unsupported, file: path, expected: "at most \(Int32.max) files", found: "\(files.count)")
        }
        try checkClasses(of: files, found: "no file")
    }

    private mutating func add(folder name: String, label: Int) throws {
        for entry in try names(in: "\(path)/\(name)", called: "a folder of images") {
            let entry = "\(name)/\(entry)"
            switch FileKind(of: "\(path)/\(entry)") {
            case .file(let bytes): add(entry, bytes, label: label)
            case .folder: strays.append(UnreadableImage(entry, Self.nested))
            case .other(let reason): strays.append(UnreadableImage(entry, reason))
            }
        }
    }

    private mutating func add(_ entry: String, _ bytes: Int, label: Int) {
        // What is longer is not read, and lengths of sparse files may add up to more than a number holds.
        files.append(File(name: entry, label: label, bytes: min(bytes, ImageReader.mostBytes)))
    }

    /// - Throws: `DatasetError` that names the first class without files, or says that there is no file at all.
    func checkClasses(of files: [File], found: String) throws {
        guard !classes.isEmpty || !files.isEmpty else {
            throw DatasetError(.empty, file: path, expected: "at least one image", found: found)
        }
        let labels = Set(files.map(\.label))
        guard let empty = classes.indices.first(where: { !labels.contains($0) }) else { return }
        throw DatasetError(
            .empty, file: "\(path)/\(classes[empty])", expected: "images of the class '\(classes[empty])'",
            found: found,
            advice: hasFolders(classes[empty])
                ? "It has folders in it: if those are classes, import \(path)/\(classes[empty]) by itself."
                : "Add some, or remove the folder.")
    }

    private func hasFolders(_ name: String) -> Bool {
        strays.contains { $0.reason == Self.nested && $0.name.hasPrefix(name + "/") }
    }

    private static let nested = "a folder in a folder of images"

    /// Entries of a folder but hidden ones, in the order of their bytes. Those whose names are no text are strays.
    private mutating func names(in folder: String, called what: String) throws -> [String] {
        guard let directory = opendir(folder) else {
            let code = errno
            let isMissing = code == ENOENT || code == ENOTDIR
            throw DatasetError(
                isMissing ? .missingFile : .unreadable, file: folder, expected: what,
                found: code == ENOTDIR ? "a file" : code == ENOENT ? "no such folder" : String(cString: strerror(code)),
                advice: isMissing ? "Check the path." : nil)
        }
        defer { closedir(directory) }
        var names: [[UInt8]] = []
        errno = 0
        while let entry = readdir(directory) {
            // Where it is: the declared length of a name is not the one an entry has.
            let name = UnsafeRawPointer(entry) + MemoryLayout<dirent>.offset(of: \.d_name)!
            let bytes = UnsafeRawBufferPointer(start: name, count: strlen(name.assumingMemoryBound(to: CChar.self)))
            if bytes.first != UInt8(ascii: ".") { names.append(Array(bytes)) }
            errno = 0
        }
        guard errno == 0 else {
            throw DatasetError(
                .unreadable, file: folder, expected: what, found: String(cString: strerror(errno)))
        }
        return names.sorted { $0.lexicographicallyPrecedes($1) }.compactMap { name in
            if let text = String(validating: name, as: UTF8.self) { return text }
            let inside = folder == path ? "" : folder.dropFirst(path.count + 1) + "/"
            strays.append(UnreadableImage(inside + String(decoding: name, as: UTF8.self), "a name that is not UTF-8"))
            return nil
        }
    }
}

/// An entry of a folder that is not imported, and why.
public struct UnreadableImage: Equatable, Sendable, CustomStringConvertible {
    /// Within the folder: `cats/a.png`.
    public let name: String
    public let reason: String

    init(_ name: String, _ reason: String) { (self.name, self.reason) = (name, reason) }

    public var description: String { "\(name) (\(reason))" }
}

/// What a path leads to. Pipes and devices are told before anyone opens them, which may block, or do what a device
/// does.
private enum FileKind {
    case file(bytes: Int)
    case folder
    case other(String)

    init(of path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            self = .other(errno == ENOENT ? "a link to nothing" : String(cString: strerror(errno)))
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: self = .file(bytes: Int(status.st_size))
        case S_IFDIR: self = .folder
        default: self = .other("neither a file nor a folder")
        }
    }
}
