import HDF5

/// Where the inputs and targets of a split are, of shapes and types that go together, before anything is read.
struct TableFiles {
    let file: OpenFile
    let inputs: HDF5Dataset
    let targets: HDF5Dataset?
    let inputShape: [Int]
    /// What the file says of its classes.
    let classes: ClassLabels
    var facts: TableFacts
    /// How it comes to what is expected of it; nil until that is known, and where nothing is.
    var match: DataMatch?
    /// How inputs and targets are packed; nil where they are not.
    let packing: Packing?
    let targetPacking: Packing?

    var count: Int { inputs.shape[0] }
    /// Whether inputs are kept as bytes; as Float32 otherwise.
    var storesBytes: Bool { inputs.elementType == .uint8 && !isUnpacked }
    /// Whether the numbers of the inputs are others than are stored, or looked at in 64 bits.
    var isUnpacked: Bool { packing?.isUndone(of: inputs.elementType) ?? false }
    /// Bytes that the inputs take in memory. The product was checked with 8 bytes an element.
    var decodedBytes: Int { count * features * (storesBytes ? 1 : MemoryLayout<Float>.stride) }
    /// Shape of one sample, as the network takes it.
    var sampleShape: [Int] { match?.inputShape ?? inputShape }
    /// Numbers in one sample.
    private var features: Int { sampleShape.reduce(1, *) }
    /// Bytes that the targets take while they are loaded. One number a row is read as it may be in a file, in 64 bits,
    /// before it becomes a class or a value.
    var targetBytes: Int {
        guard let targets else { return 0 }
        return targets.count
            * (MemoryLayout<Float>.stride
                + (targets.isReadWide(classes) || targetPacking != nil ? MemoryLayout<Int64>.stride : 0))
    }

    /// What targets are by their shape and type.
    func kind(of targets: HDF5Dataset) -> TargetKind {
        targets.isIntegerARow && !(targetPacking?.isScaled ?? false)
            ? .unlabeled : .values(width: targets.shape.count > 1 ? targets.shape[1] : 1)
    }

    /// What the file says of it, before its numbers are read.
    ///
    /// - Parameters:
    ///   - reading: what targets are read as, if that is known. Names of classes are left out where those are read as
    ///     the values they stand for, of which each file says what they are.
    ///   - isChosen: whether the description says so. Then values are no classes, whatever names there are.
    func contract(as reading: TargetChoice?, isChosen: Bool = false) -> DataContract {
        let haveNoClasses = reading == .values && (isChosen || classes.values != nil)
        return DataContract(
            inputShape: inputShape, storesBytes: storesBytes, featureNames: facts.featureNames,
            transformation: facts.transformation, targetKind: targets.map { kind(of: $0) } ?? .unlabeled,
            classNames: haveNoClasses ? nil : classes.names,
            targetNames: facts.targetNames, targetTransformation: facts.targetTransformation)
    }

    /// Where the elements are in the file if they are those that batches are made from, or nil.
    func mappableOffset() throws -> Int? {
        guard !isUnpacked else { return nil }
        guard storesBytes || (inputs.elementType == .float32 && 1.littleEndian == 1) else { return nil }
        guard let offset = try inputs.contiguousOffset(), offset.isMultiple(of: inputs.elementType.size) else {
            return nil
        }
        return inputs.storageSize >= inputs.count * inputs.elementType.size ? offset : nil
    }
}

extension [Split: TableFiles] {
    /// What a file says of its train split, or the first that is loaded, holds for its others that say nothing else.
    mutating func inheritFacts() {
        guard let lead = Split.allCases.first(where: { keys.contains($0) }).flatMap({ self[$0] }) else { return }
        for (split, table) in self where table.file.path == lead.file.path {
            self[split]!.facts.inherit(from: lead.facts, sameShape: table.inputShape == lead.inputShape)
        }
    }
}
