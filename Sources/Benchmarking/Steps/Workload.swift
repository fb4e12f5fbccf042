import StrictCoding
import Training

/// What a step benchmark trains.
package struct Workload: Sendable {
    package let name: String
    package let configuration: Configuration

    package init(name: String, configuration: Configuration) {
        self.name = name
        self.configuration = configuration
    }

    /// A workload by its name, or by the path of a configuration.
    ///
    /// - Throws: `UnknownWorkload` for what is neither; what reading the configuration throws.
    package init(_ nameOrPath: String) throws {
        if let known = Self.builtIn.first(where: { $0.name == nameOrPath }) {
            self = known
        } else if Self.isPath(nameOrPath) {
            self.init(name: nameOrPath, configuration: try Configuration(contentsOf: nameOrPath))
        } else {
            throw UnknownWorkload(name: nameOrPath)
        }
    }

    private static func isPath(_ text: String) -> Bool {
        text.contains("/") || text.hasSuffix(".yaml") || text.hasSuffix(".yml")
    }

    /// Whether a text may name a workload; a configuration is not looked for.
    ///
    /// - Throws: `UnknownWorkload`.
    package static func check(_ nameOrPath: String) throws {
        guard builtIn.contains(where: { $0.name == nameOrPath }) || isPath(nameOrPath) else {
            throw UnknownWorkload(name: nameOrPath)
        }
    }
}

/// There is no workload of this name.
package struct UnknownWorkload: Error, Equatable, CustomStringConvertible {
    package let name: String

    package var description: String {
        let names = Workload.builtIn.map(\.name)
        let meant = nearest(name, among: names).map { "; did you mean '\($0)'?" } ?? "."
        return "unknown workload '\(name)'\(meant) Choose from: \(names.joined(separator: ", ")), "
            + "or name a configuration: CONFIG.yaml"
    }
}
