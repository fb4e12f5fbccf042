/// The layers that are being built, each within the one before, and the names that are taken.
struct LayerScopes {
    private struct Scope {
        /// Within the layer around it, joined with that one's: `residual1/linear2`.
        let name: String
        /// How many layers of each kind it holds so far.
        var counts: [String: Int] = [:]
    }

    private var scopes = [Scope(name: "")]
    private var namesInUse: Set<String> = []

    /// The full name of the innermost layer.
    var current: String { scopes[scopes.count - 1].name }

    /// The name of the next layer within the innermost one: the user's own, or its kind with a number.
    ///
    /// - Throws: `NetworkError` for a name that cannot be part of a path.
    mutating func nextName(kind: String, own: String?) throws -> String {
        let count = (scopes[scopes.count - 1].counts[kind] ?? 0) + 1
        scopes[scopes.count - 1].counts[kind] = count
        let name = own ?? "\(kind)\(count)"
        guard !name.isEmpty, name != ".",
            name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "_-.".contains($0)) })
        else {
            throw NetworkError.invalidLayer(
                layer: fullName(name), problem: "a layer's name is made of ASCII letters, digits, '_', '-' and '.'")
        }
        return name
    }

    /// - Throws: `NetworkError` for a name that is taken.
    mutating func enter(_ name: String) throws {
        let full = fullName(name)
        guard namesInUse.insert(full).inserted else { throw NetworkError.duplicateName(full) }
        scopes.append(Scope(name: full))
    }

    mutating func leave() { scopes.removeLast() }

    private func fullName(_ name: String) -> String { current.isEmpty ? name : "\(current)/\(name)" }
}
