import HDF5

/// A data set whose rows go into a new file, and what becomes of them on the way: columns, units and class indices are
/// those of the first file.
struct ConversionSource {
    let dataset: HDF5Dataset
    /// The shape of a row in the new file.
    let sampleShape: [Int]
    /// For each number of a row in the new file the one that it is; nil where they are the same.
    var columns: [Int32]?
    /// What brings numbers to the units of the first file, column by column of the new file; nil where they have them.
    var units: AffineMap?
    /// What numbers classes as the new file does; nil where both do it alike.
    var classes: DataMatch?

    /// Reads rows as the new file has them.
    ///
    /// - Parameter element: `Float` or `Double` where units change, `Int64` where class indices do.
    /// - Throws: `DatasetError` that names the first class index that stands for no class.
    func read<Element: HDF5Scalar>(rows: Range<Int>, as element: Element.Type) throws -> [Element] {
        if let units {
            var values = selecting(try dataset.read(rows: rows, as: Double.self))
            let width = units.scale.count
            for index in values.indices {
                values[index] = values[index] * units.scale[index % width] + units.offset[index % width]
            }
            return Element.self == Double.self ? values as! [Element] : values.map { Float($0) } as! [Element]
        }
        guard let classes else { return selecting(try dataset.read(rows: rows, as: element)) }
        let labels = try dataset.read(rows: rows, as: Int64.self)
        return try classes.matched(labels, in: dataset.name, firstRow: rows.lowerBound) as! [Element]
    }

    private func selecting<Element>(_ values: [Element]) -> [Element] {
        guard let columns else { return values }
        let width = dataset.shape.dropFirst().reduce(1, *)
        var selected: [Element] = []
        selected.reserveCapacity(values.count / width * columns.count)
        for row in stride(from: 0, to: values.count, by: width) {
            for column in columns { selected.append(values[row + Int(column)]) }
        }
        return selected
    }
}
