/// Imports that are rounded to Float32 where that loses nothing.
extension ImportedDataset {
    /// Rounds inputs that were kept in 64 bits as an excerpt of an unknown table, where that loses nothing to the
    /// network they are for.
    public mutating func round(for likeness: Likeness) throws {
        let shape = likeness.contract.inputShape
        var isCentered = [Bool](repeating: true, count: shape.reduce(1, *))
        var notes = DataNotes()
        if let values = try likeness.normalizationOfRawNumbers,
            let normalization = try? values.resolved(inputShape: shape)
        {
            isCentered = normalization.center.map { $0 != 0 }
            for split in Split.allCases {
                guard let inputs = tables[split]?.inputs else { continue }
                let note = inputs.floatBits.flatMap {
                    RoundingLoss.note(
                        ofFloats: $0, centeredBy: normalization, names: likeness.contract.featureNames,
                        sampleShape: shape)
                }
                notes.add(
                    [note].compactMap { $0 }, of: DataNotes.Place(file: inputs.file, table: inputs.object ?? "\(split)")
                )
            }
        }
        self.notes += notes.lines
        for (split, table) in tables {
            tables[split] = try Table(
                inputs: table.inputs.rounded(by: .centered(isCentered)), targets: table.targets)
        }
    }
}

extension ImportedArray {
    /// As Float32, unless that loses what matters.
    fileprivate func rounded(by judgment: RoundingLoss.Judgment) -> ImportedArray {
        var loss = RoundingLoss(features: width, by: judgment)
        func array(_ values: [Float]) -> ImportedArray {
            loss.feature == nil
                ? ImportedArray(shape: shape, values: .float32(values), file: file, object: object) : self
        }
        switch values {
        case .uint8, .float32: return self
        case .int64(let values):
            for (index, value) in values.enumerated() { loss.add(Double(value), index % width) }
            return array(values.map { Float($0) })
        case .float64(let values):
            for (index, value) in values.enumerated() { loss.add(value, index % width) }
            return array(values.map { Float($0) })
        }
    }
}
