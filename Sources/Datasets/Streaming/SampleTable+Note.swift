extension SampleTable {
    /// How many times over an epoch decodes the chunks of streamed inputs: 1 where chunks and blocks fit each other.
    ///
    /// A block of b samples that begins anywhere in chunks of c rows touches (b − 1) / c + 1 of them on average, and as
    /// few as b / c if it begins with one.
    func decodings(_ shuffle: Shuffle) -> Double {
        guard case .streamed(let inputs) = inputs, case .blocks(let block, _) = shuffle else { return 1 }
        let chunk = inputs.source.chunkRows
        if rows == nil, block.isMultiple(of: chunk) { return 1 }
        let touched = rows == nil && chunk.isMultiple(of: block) ? 1 : Double(block - 1) / Double(chunk) + 1
        return touched * Double(chunk) / Double(block)
    }

    /// What to say of chunks that are decoded again and again; nil if all is well.
    package func streamingNote(_ shuffle: Shuffle) -> String? {
        let times = decodings(shuffle)
        guard times >= 2, case .streamed(let inputs) = inputs, case .blocks(let block, _) = shuffle else { return nil }
        return "\(origin.file): \(origin.inputs): each chunk of \(inputs.source.chunkRows) rows is decompressed about "
            + "\(Int(times.rounded())) times an epoch for blocks of \(block) samples: make the block of shuffle "
            + "larger, or the chunks smaller with `lockstep convert --chunk`"
    }
}
