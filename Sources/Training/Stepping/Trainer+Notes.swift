import Datasets

/// What there is to say of how a trainer's data and parameters are taken.
extension Trainer {
    /// What to say of data whose chunks do not suit the order of samples; nil if all is well.
    package var loadingNote: String? { table.streamingNote(configuration.shuffle) }

    /// What to say of layers that are frozen in part, and may be meant to be frozen; nil if there are none.
    package var freezingNote: String? { configuration.parameterGroups.freezingNote(model.network.layout) }

    /// How well the order of the current epoch mixes samples; nil for a full shuffle, which leaves nothing to say.
    package var shuffleQuality: ShuffleQuality? {
        let block: Int
        switch configuration.shuffle {
        case .full: return nil
        case .none: block = Shuffle.defaultBlock
        case .blocks(let own, _): block = own
        }
        return ShuffleQuality(of: order, batchSize: configuration.batchSize, block: block, kernels: kernels)
    }
}
