import Networks
import Optimization

/// What a configuration may name: kinds of layers and of optimizers.
///
/// A configuration keeps what it was read with, since those of its run's checkpoints are read with the same. Two are
/// equal that have the same names.
public struct ConfigurationKinds: Sendable, Equatable {
    public static let standard = ConfigurationKinds()

    public var layers: LayerKinds
    public var optimizers: OptimizerKinds

    public init(layers: LayerKinds = .standard, optimizers: OptimizerKinds = .standard) {
        self.layers = layers
        self.optimizers = optimizers
    }

    /// Those that a decoder was handed.
    init(of decoder: any Decoder) {
        self.init(
            layers: decoder.userInfo[.layerKinds] as? LayerKinds ?? .standard,
            optimizers: decoder.userInfo[.optimizerKinds] as? OptimizerKinds ?? .standard)
    }

    /// What to hand a decoder.
    var userInfo: [CodingUserInfoKey: any Sendable] { [.layerKinds: layers, .optimizerKinds: optimizers] }

    public static func == (a: ConfigurationKinds, b: ConfigurationKinds) -> Bool {
        a.layers.names == b.layers.names && a.optimizers.names == b.optimizers.names
    }
}
