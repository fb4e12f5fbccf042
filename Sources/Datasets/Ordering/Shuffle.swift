import StrictCoding

/// How the samples of an epoch are put in order. It decides the bits of a run; how the data is stored does not.
///
/// In YAML: `full`, `none`, or `{block: 256, window: 16384}`.
public enum Shuffle: Sendable, Equatable {
    /// Every order is as likely as any other. Data that does not fit in memory can be shuffled so only where any row is
    /// cheap to reach: contiguous and of a type that needs no conversion.
    case full
    /// The order of the file, in every epoch.
    case none
    /// For data larger than memory: blocks of consecutive samples are shuffled, then the samples within each window of
    /// so many samples. A window is a whole number of blocks.
    case blocks(block: Int, window: Int)

    /// What `blocks` has unless it is said otherwise: a block is a chunk as `lockstep convert` writes it.
    package static let defaultBlock = 256
    package static let defaultWindow = 16_384

    /// What makes no sense: which key, what was expected, what was found. Nil if all is well.
    package var problem: (key: String, expected: String, found: Int)? {
        guard case .blocks(let block, let window) = self else { return nil }
        guard block > 0, block <= 1 << 24 else { return ("block", "1 ... \(1 << 24) samples", block) }
        guard window > 0, window.isMultiple(of: block), window <= 1 << 30 else {
            return ("window", "a multiple of the block of \(block) samples, at most \(1 << 30)", window)
        }
        return nil
    }
}

extension Shuffle: Codable {
    private enum Name: String, CaseIterable { case full, none }
    private enum CodingKeys: String, CodingKey, CaseIterable { case block, window }

    public init(from decoder: any Decoder) throws {
        guard let text = try decoder.shorthand(String.self) else {
            let container = try decoder.strictContainer(keyedBy: CodingKeys.self)
            let block = try container.valueIfPresent(Int.self, forKey: .block)
            let window = try container.valueIfPresent(Int.self, forKey: .window)
            self = .blocks(block: block ?? Self.defaultBlock, window: window ?? Self.defaultWindow)
            return
        }
        switch Name(rawValue: text) {
        case .full: self = .full
        case .none?: self = .none
        case nil:
            let names = Name.allCases.map(\.rawValue)
            let suggestion = nearest(text, among: names).map { "; did you mean '\($0)'?" } ?? "."
            throw StrictCodingError(
                path: decoder.codingPath,
                problem: "unknown shuffle '\(text)'\(suggestion) "
                    + "Choose from: \(names.joined(separator: ", ")), {block, window}")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .full: try encoder.encodeTagged(Name.full.rawValue)
        case .none: try encoder.encodeTagged(Name.none.rawValue)
        case .blocks(let block, let window):
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(block, forKey: .block)
            try container.encode(window, forKey: .window)
        }
    }
}

extension Shuffle: CustomStringConvertible {
    public var description: String {
        switch self {
        case .full: "full"
        case .none: "none"
        case .blocks(let block, let window): "{block: \(block), window: \(window)}"
        }
    }
}
