import Datasets
import Foundation

extension ShuffleQuality {
    /// `a batch draws from 64.0 of 235 blocks of 256 samples (fully shuffled: 235.0); samples move 98% as far`.
    var text: String {
        let found = String(format: "%.1f", blocksInBatch)
        let best = String(format: "%.1f", blocksInFullyShuffledBatch)
        let distance = String(format: "%.0f%%", displacement * 100)
        return "a batch draws from \(found) of \(blocks.grouped) blocks of \(counted(block, "sample")) "
            + "(fully shuffled: \(best)); samples move \(distance) as far"
    }
}
