import Networks
import StrictCoding
import Training

/// What is wrong in a configuration, with the name of the file.
struct ConfigurationFileError: Error, CustomStringConvertible {
    let file: String
    let underlying: any Error

    var description: String { "\(file): \(underlying)" }
}

/// Does what needs a configuration, and names the file in errors of it.
func namingFile<Result>(_ file: String, _ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch  where error.isOfConfiguration {
        throw ConfigurationFileError(file: file, underlying: error)
    }
}

extension Error {
    /// Whether it names a field or layer of the configuration, but not the file.
    fileprivate var isOfConfiguration: Bool {
        if let error = self as? TrainingError, case .invalidConfiguration = error { return true }
        return self is StrictCodingError || self is NetworkError
    }
}
