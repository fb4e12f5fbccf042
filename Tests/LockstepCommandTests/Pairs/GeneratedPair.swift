import Foundation

/// A training file and other files to be matched with it, as `Tests/Fixtures/make_pairs.py` describes them.
struct PairGroup: Decodable {
    /// Also that of its folder.
    let name: String
    let train: PairFile
    let outputs: Int
    let regression: Bool
    /// As in a configuration.
    let normalization: String
    let pairs: [GeneratedPair]

    /// The network is the one that `check_pairs.py` computes.
    func configuration(dataset: String) -> String {
        """
        dataset: {path: \(dataset), normalization: \(normalization)}
        network: [flatten, {linear: 5}, tanh, {linear: \(outputs)}]
        loss: \(regression ? "meanSquaredError" : "crossEntropy")
        optimizer: {adam: {learningRate: 0.05}}
        batchSize: 8
        epochs: 3
        """
    }
}

/// A file of a pair, and how it is imported.
struct PairFile: Decodable {
    let importer: String
    let path: String
    /// Labels in a file of their own.
    let labels: String?
    let target: String?
    let task: String?
    let standardize: Bool?
    let noTargets: Bool?
    /// `file` or `checkpoint`: what the import is told to be like.
    let like: String?
}

/// One of the other files, and what is to be found out with it.
struct GeneratedPair: Decodable {
    let name: String
    let evaluates: Bool
    /// Whether the files are joined, instead of a prediction.
    let joins: Bool?
    let file: PairFile

    private enum CodingKeys: CodingKey { case name, evaluates, joins }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        evaluates = try container.decode(Bool.self, forKey: .evaluates)
        joins = try container.decodeIfPresent(Bool.self, forKey: .joins)
        file = try PairFile(from: decoder)
    }
}

/// What became of a pair: the words of a refusal, or the files and numbers that were made.
struct PairAnswer: Encodable {
    var refusal: String?
    var checkpoint: String?
    var predictions: String?
    var joined: String?
    var loss: Double?
    var accuracy: Double?
}

/// What `check_pairs.py` says at its end.
struct PairCheck: Decodable {
    let problems: Int
    /// Pairs whose answer is what NumPy computed.
    let computed: Int
    /// Pairs by the format of the other file.
    let formats: [String: Int]
    /// Pairs in which a match by position gives another answer.
    let toldApart: Int
}
