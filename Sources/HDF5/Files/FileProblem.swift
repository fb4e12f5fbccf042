/// Something wrong in a file: where in it, what was expected, what was found.
///
///     /x_train: expected finite numbers, found nan in row 17
public struct FileProblem: Error, Equatable, Sendable, Codable, CustomStringConvertible {
    /// An object, column or line in the file; nil for the file as a whole.
    public let object: String?
    public let expected: String?
    public let found: String

    package init(_ object: String? = nil, expected: String? = nil, found: String) {
        self.object = object
        self.expected = expected
        self.found = found
    }

    /// What an error of this module says, without the name of the file.
    package init(_ error: HDF5Error) {
        let text = "cannot \(error.operation): \(error.message)"
        self.init(error.object, found: error.libraryMessage.map { "\(text) [HDF5: \($0)]" } ?? text)
    }

    public var description: String {
        let fault = expected.map { "expected \($0), found \(found)" } ?? found
        return object.map { "\($0): \(fault)" } ?? fault
    }
}
