import StrictCoding

/// Why a run cannot start or go on.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
    /// A field of the configuration has a value that makes no sense, or none for the data at hand.
    case invalidConfiguration(field: String, problem: String)
    /// A configuration file that cannot be read or is not YAML.
    case unreadableConfiguration(path: String, problem: String)
    /// The run directory is there already, or cannot be written.
    case runDirectory(path: String, problem: String)
    /// The loss or a parameter is not a finite number any more.
    case nonFinite(step: Int, layer: String, problem: String)
    /// A checkpoint that does not fit the run, the network or the data set.
    case incompatible(path: String, problem: String)
    /// More memory would be needed than there is.
    case tooLittleMemory(problem: String)
    /// The system has no thread to give.
    case noThread(problem: String)

    public var description: String {
        switch self {
        case .invalidConfiguration(let field, let problem):
            "\(field): \(problem)"
        case .unreadableConfiguration(let path, let problem),
            .runDirectory(let path, let problem),
            .incompatible(let path, let problem):
            "\(path): \(problem)"
        case .tooLittleMemory(let problem):
            "too little memory: \(problem)"
        case .noThread(let problem):
            "cannot start a thread: \(problem)"
        case .nonFinite(let step, let layer, let problem):
            "step \(step): \(problem); layer \(layer) is the first to go bad. "
                + "Try a smaller learning rate, a warm-up, or clipNorm"
        }
    }

    static func invalid(_ field: String, _ expected: String, _ found: Any) -> TrainingError {
        .invalidConfiguration(field: field, problem: "expected \(expected), found \(found)")
    }
}

/// Runs checks of settings, and turns what they throw into an error of the configuration.
func asTrainingError<Value>(_ check: () throws -> Value) throws -> Value {
    do {
        return try check()
    } catch let error as InvalidSetting {
        throw TrainingError.invalid(error.field, error.expected, error.found)
    }
}
