/// A text that equals another only byte by byte. To a `String`, two ways to write é are one.
struct CSVText: Hashable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (a: CSVText, b: CSVText) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    /// By bytes, which is the order of Unicode's code points.
    static func precedes(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }
}
