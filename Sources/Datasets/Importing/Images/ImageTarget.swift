import HDF5
import Images

/// What images are made for a network that is there already: of its size and color, in its classes.
struct ImageTarget {
    let contract: DataContract
    let form: ImageForm
    private let likeness: Likeness
    private let folder: String

    /// - Throws: `DatasetError` where samples are no images.
    init(_ likeness: Likeness, folder: String) throws {
        let shape = likeness.contract.inputShape
        let color: ImageColor? =
            switch shape.count {
            case 2: .gray
            case 3: ImageColor.allCases.first { $0.channels == shape[2] }
            default: nil
            }
        guard let color, case let size = ImageSize(height: shape[0], width: shape[1]), size.isPossible else {
            throw DatasetError(
                .wrongShape, file: likeness.path, expected: "samples that are images: [height, width, 1 or 3]",
                found: "\(shape)", advice: "Images are only to be had for a network that was trained on images.")
        }
        contract = likeness.contract
        form = ImageForm(size: size, color: color)
        self.likeness = likeness
        self.folder = folder
    }

    /// For each folder the class that the network has for it; nil where folders are no classes.
    ///
    /// - Throws: `DatasetError` for classes that the network does not have.
    func labels(of tree: ImageFolder) throws -> [Int64]? {
        guard let names = tree.classNames else { return nil }
        let match = try match(names)
        return try tree.labels.map { try match.matched($0, in: nil) }
    }

    func notes(on tree: ImageFolder) throws -> [String] { try match(tree.classNames).notes }

    private func match(_ names: [String]?) throws -> DataMatch {
        let own = DataContract(
            inputShape: contract.inputShape, featureNames: contract.featureNames, classNames: names)
        return try likeness.match(own, file: folder, hasTargets: names != nil)
    }

    /// How a batch is made of bytes.
    func writeAttributes(to inputs: HDF5Dataset) throws {
        try likeness.normalizationOfRawNumbers?.write(to: inputs.attributes)
        if let names = contract.featureNames { try inputs.attributes.set("feature_names", names) }
    }
}
