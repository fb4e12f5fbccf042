import HDF5

/// A split as it was read, before targets of all splits are interpreted together and normalization is chosen.
struct RawTable {
    let inputs: SampleTable.Inputs
    /// Has taken in all inputs.
    let content: ContentDigest
    /// The inputs as they lie in the file, if Float32 may not hold them.
    let wide: WideInputs?
    /// Whether all inputs were looked at just now, and are not known from before.
    let isNew: Bool
    let count: Int
    /// Shape of one sample, as the network takes it.
    let inputShape: [Int]
    /// Shape of one sample in the file.
    let fileShape: [Int]
    let targets: RawTargets
    /// What the file says of classes.
    let classes: ClassLabels
    let origin: SampleTable.Origin
    /// What the attributes of the inputs say; empty when they say nothing.
    let normalization: NormalizationValues
    let facts: TableFacts
    /// How it comes to what is expected of it.
    let match: DataMatch
    /// Whether inputs without attributes are scaled by 1/255.
    let isUInt8: Bool
    /// Bits of the floating-point numbers in the file if they are as few as Float32 has; nil for other numbers.
    let floatBits: Int?
    /// Whether the file says how what it stores becomes numbers.
    let isPacked: Bool
}

extension HDF5ElementType {
    /// Bits of floating-point numbers if they are as few as Float32 has; nil for other numbers.
    var floatBits: Int? { isFloat && size <= MemoryLayout<Float>.size ? size * 8 : nil }
}
