import Foundation
import Training

/// What `lockstep train` trains when it is told nothing: the hand-written digits that come with the sources.
enum ShippedConfiguration {
    static let path = "datasets/digits.yaml"

    /// Reads it from the current directory or, so that it works from anywhere, from the sources that this program was
    /// built in; the data set's path is then made absolute.
    static func load() throws -> Configuration {
        if FileManager.default.fileExists(atPath: path) { return try Configuration(contentsOf: path) }
        guard let root = sourceDirectory else {
            throw ShippedConfigurationMissing()
        }
        var configuration = try Configuration(contentsOf: root + path)
        configuration.dataset.path = configuration.dataset.path.map { root + $0 }
        return configuration
    }

    /// The nearest directory above the program that holds the file, with a slash at its end.
    private static var sourceDirectory: String? {
        var directory = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        while directory.path != "/" {
            directory.deleteLastPathComponent()
            let root = directory.path.hasSuffix("/") ? directory.path : directory.path + "/"
            if FileManager.default.fileExists(atPath: root + path) { return root }
        }
        return nil
    }
}

struct ShippedConfigurationMissing: Error, CustomStringConvertible {
    var description: String {
        "\(ShippedConfiguration.path): no such file, here or above the program: run `lockstep train` in the directory "
            + "of Lockstep's sources, or name a configuration: `lockstep train CONFIG.yaml`"
    }
}
