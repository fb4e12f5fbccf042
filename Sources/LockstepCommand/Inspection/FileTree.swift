import HDF5

/// The objects of any HDF5 file, one a line, with their types, shapes, storage and attributes.
///
///     x_train                 uint8   [1257, 8, 8]  contiguous, 78.6 KiB
///       @scale                float32               0.0625
///
/// Names, texts and whatever else comes from the file is escaped: it may be anybody's.
struct FileTree {
    private var columns = Columns()

    /// - Throws: `HDF5Error` for a file that cannot be walked. A single attribute that cannot be read is listed with
    ///   the reason.
    init(_ file: HDF5File) throws {
        let root = try file.root
        try addAttributes(root.attributes, indent: 0)
        for entry in try root.walk() { try add(entry, in: root) }
    }

    var lines: [String] { columns.lines() }

    private mutating func add(_ entry: HDF5Entry, in root: HDF5Group) throws {
        let name = entry.path.split(separator: "/").last.map { String($0).escaped } ?? "/"
        let indent = String(repeating: "  ", count: entry.depth)
        switch entry.kind {
        case .group:
            columns.add(indent + name + "/")
            let group = try root.group(entry.path)
            try addAttributes(group.attributes, indent: entry.depth + 1)
            try group.close()
        case .dataset:
            let dataset = try root.dataset(entry.path)
            columns.add(
                indent + name, "\(dataset.elementType)".escaped, shape(dataset.shape), dataset.storageText)
            try addAttributes(dataset.attributes, indent: entry.depth + 1)
            try dataset.close()
        case .namedType: columns.add(indent + name, "named type")
        case .softLink(let target): columns.add(indent + name, "soft link", "", "to \(target.escaped)")
        case .externalLink(let file, let target):
            columns.add(indent + name, "external link", "", "to \(target.escaped) in \(file.escaped)")
        case .userDefined: columns.add(indent + name, "user-defined link")
        }
    }

    private mutating func addAttributes(_ attributes: HDF5Attributes, indent: Int) throws {
        for name in try attributes.names() {
            let title = String(repeating: "  ", count: indent) + "@" + name.escaped
            do {
                guard let attribute = try attributes.attribute(name) else { continue }
                columns.add(title, "\(attribute.type)".escaped, shape(attribute.shape), attribute.value.text)
            } catch let error as HDF5Error {
                columns.add(title, "unreadable", "", error.message.escaped)
            }
        }
    }

    /// `[60000, 28, 28]`; nothing for a scalar.
    private func shape(_ shape: [Int]) -> String { shape.isEmpty ? "" : "\(shape)" }
}

extension HDF5Dataset {
    /// `chunks [256, 28, 28], gzip 4, shuffle, 8.1 MiB of 44.9 MiB`.
    fileprivate var storageText: String {
        var parts: [String] = []
        switch layout {
        case .compact: parts.append("compact")
        case .contiguous: parts.append("contiguous")
        case .chunked(let chunk): parts.append("chunks \(chunk)")
        case .virtual: return "virtual: in other files"
        }
        parts += filters.map { "\($0)".escaped }
        let size = count.multipliedReportingOverflow(by: elementType.size)
        let sizes = storageSize.byteSize
        parts.append(
            size.overflow || size.partialValue == storageSize ? sizes : "\(sizes) of \(size.partialValue.byteSize)")
        return parts.joined(separator: ", ")
    }
}

extension HDF5AttributeValue {
    private static let longestText = 100
    private static let mostValues = 12

    /// The values, texts in quotation marks; long ones are cut.
    fileprivate var text: String {
        switch self {
        case .integers(let values): list(values) { "\($0)" }
        case .unsignedIntegers(let values): list(values) { "\($0)" }
        case .numbers(let values): list(values) { "\($0)" }
        case .booleans(let values): list(values) { "\($0)" }
        case .strings(let values): list(values) { "\"\($0.shortened(to: Self.longestText).escaped)\"" }
        case .none: "nothing that can be shown"
        }
    }

    private func list<Element>(_ values: [Element], _ text: (Element) -> String) -> String {
        let shown = values.prefix(Self.mostValues).map(text).joined(separator: ", ")
        return values.count > Self.mostValues ? shown + ", …" : shown
    }
}
