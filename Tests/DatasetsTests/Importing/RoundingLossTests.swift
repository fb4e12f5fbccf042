import Foundation
import HDF5
import TestSupport
import XCTest

@testable import Datasets

/// Importers store numbers so that they can be centered before they are rounded.
final class RoundingLossTests: HDF5TestCase {
    private func loss(_ values: [Double]) -> Int? {
        var loss = RoundingLoss(features: 1)
        for value in values { loss.add(value, 0) }
        return loss.feature
    }

    func testOnlyNumbersThatLoseWhatTellsThemApartDo() {
        XCTAssertEqual(loss((0..<1000).map { 1_700_000_000 + Double($0) }), 0)
        XCTAssertEqual(loss((0..<1000).map { -1e15 - Double($0) * 3 }), 0)
        XCTAssertNil(loss((0..<1000).map { 16_000_000 + Double($0) }), "Float32 holds them")
        XCTAssertNil(loss((0..<1000).map { 0.1 + Double($0) }), "rounded, by a ten-millionth of what tells them apart")
        XCTAssertNil(loss([Double](repeating: 1e9 + 0.1, count: 100)), "nothing tells them apart")
        XCTAssertNil(loss([]))
        XCTAssertNil(loss([.nan, .infinity, 1_700_000_001]), "found elsewhere")
    }

    func testOfAnExcerptWhateverIsRoundedMayMatter() {
        func loss(_ values: [Double], _ judgment: RoundingLoss.Judgment) -> Int? {
            var loss = RoundingLoss(features: 1, by: judgment)
            for value in values { loss.add(value, 0) }
            return loss.feature
        }
        let times = [1_700_000_001.0, 1_700_000_400, 0]
        XCTAssertNil(loss(times, .table), "a range as large as the numbers")
        XCTAssertEqual(loss(times, .excerpt), 0)
        XCTAssertEqual(loss(times, .centered([true])), 0)
        XCTAssertNil(loss(times, .centered([false])))
        XCTAssertEqual(loss([1_700_000_001], .centered([false])), 0, "nothing is known of its range")
        XCTAssertNil(loss([0.5, 3], .excerpt), "Float32 holds them")
    }

    func testWhatTrainingDoesNotSeeIsJudgedBySteps() {
        func coarse(_ values: [Double]) -> [RoundingLoss.Coarseness] {
            var loss = RoundingLoss(features: 1)
            for value in values { loss.add(value, 0) }
            return loss.coarse
        }
        XCTAssertEqual(
            coarse((0..<1000).map { 1_700_000_000 + Double($0) }),
            [.init(feature: 0, least: 1_700_000_000, most: 1_700_000_999, step: 128)])
        // Days since -4713, over a year: a quarter of a day is lost.
        XCTAssertEqual(coarse((0..<365).map { 2_460_000.125 + Double($0) }).first?.step, 0.25)
        XCTAssertEqual(coarse((0..<365).map { 285.1 + Double($0) / 20 }), [], "Kelvin")
        XCTAssertEqual(coarse((0..<365).map { 95_000.1 + Double($0) * 30 }), [], "pascal")
        XCTAssertEqual(coarse((0..<365).map { 1_700_000_001 + Double($0) * 86_400 }), [], "a year in seconds")
        XCTAssertEqual(coarse([1e9 + 0.1, 1e9 + 0.1]), [], "what never changes")
        XCTAssertEqual(coarse((0..<100).map { 16_000_000 + Double($0) }), [], "Float32 holds them")
    }

    func testArraysOfNumPyKeepTheirTypeWhereItIsNeeded() throws {
        try python(
            """
            t = 1_700_000_000 + np.random.default_rng(1).permutation(1000)
            x = np.stack([t % 7, t], 1)
            for name, array in dict(f8=x.astype('f8'), big=x.astype('>f8'), i8=x, u8=x.astype('u8'), i4=x.astype('i4'),
                u4=x.astype('>u4'), fortran=np.asfortranarray(x.astype('f8')), huge=x.astype('u8') + (1 << 63),
                small=(x % 1000).astype('f8'), f4=x.astype('f4')).items():
                np.save(sys.argv[1] + '/' + name + '.npy', array); np.save(sys.argv[1] + '/y.npy', t % 2)
            """, directory)
        let types = [
            "f8": "float64", "big": "float64", "i8": "int64", "u8": "int64", "i4": "int64", "u4": "int64",
            "fortran": "float64", "huge": "float64", "small": "float32", "f4": "float32",
        ]
        for (name, type) in types {
            try ImportedDataset.npy(inputs: path(name + ".npy"), targets: path("y.npy"))
                .write(to: path(name + ".h5"))
            try withFile(path(name + ".h5")) {
                XCTAssertEqual("\(try $0.root.dataset("x_train").elementType)", type, name)
            }
            let table = try Dataset.load(
                DatasetDescription(path: path(name + ".h5"), normalization: .standardize))[.train]!
            let times = table.batch().enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
            // 999 · 1000 / 12 is the variance of a permutation. Doubles near 2⁶³ are 1024 or 2048 apart.
            if ["float64", "int64"].contains(type), name != "huge" {
                XCTAssertEqual(Set(times).count, 1000, name)
                XCTAssertEqual(Double(times.max()!), 499.5 / 288.6749902572095, accuracy: 1e-5, name)
            }
        }
    }

    func testTablesKeepTimesAndCenterThem() throws {
        let times = (0..<1000).map { 1_700_000_000 + $0 }
        let text = times.map { "\($0),\($0 % 10).5,\(Double($0) / 1000)" }.joined(separator: "\n")
        try ("t,a,y\n" + text).write(toFile: path("a.csv"), atomically: true, encoding: .utf8)
        for standardizes in [true, false] {
            var options = CSVOptions(target: "y", task: .regression, split: SplitFractions())
            options.standardizes = standardizes
            let imported = try ImportedDataset.csv(path("a.csv"), options)
            try imported.write(to: path("a.h5"), overwrite: true)
            XCTAssertEqual(imported.notes.contains { $0.contains("column 't'") }, !standardizes)
            try withFile(path("a.h5")) {
                let inputs = try $0.root.dataset("x_train")
                XCTAssertEqual("\(inputs.elementType)", "float64")
                XCTAssertEqual(try inputs.read(rows: 999..<1000, as: Double.self), [1_700_000_999, 9.5])
            }
            guard standardizes else { continue }
            XCTAssertEqual(imported.normalization?.mean?[0], 1_700_000_499.5)
            let table = try Dataset.load(.file(path("a.h5")))[.train]!
            let batch = table.batch().enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
            for (index, value) in batch.enumerated() {
                XCTAssertEqual(Double(value), (Double(index) - 499.5) / 288.6749902572095, accuracy: 1e-6)
            }
        }
        // What Float32 holds well enough stays in it.
        try "a,y\n0.1,1\n0.7,2\n0.3,3\n".write(toFile: path("b.csv"), atomically: true, encoding: .utf8)
        let small = try ImportedDataset.csv(
            path("b.csv"), CSVOptions(target: "y", task: .regression, split: SplitFractions()))
        XCTAssertEqual(small.tables[.train]?.inputs.values.typeName, "float32")
    }

    func testFilesOfIDXDoToo() throws {
        try python(
            """
            import struct
            t = (1_700_000_000 + np.arange(100)).reshape(100, 1)
            for name, code, array in [('double', 14, t.astype('>f8')), ('int', 12, t.astype('>i4'))]:
                open(sys.argv[1] + '/' + name, 'wb').write(struct.pack('>HBBII', 0, code, 2, 100, 1) + array.tobytes())
            open(sys.argv[1] + '/y', 'wb').write(struct.pack('>HBBI', 0, 8, 1, 100) + bytes(range(100)))
            """, directory)
        for (name, type) in [("double", "float64"), ("int", "int64")] {
            let array = try IDXFile(path: path(name)).array(as: .inputs)
            XCTAssertEqual(array.values.typeName, type)
        }
    }

    func testNumbersBeyondFloat32AreRefusedInEitherType() throws {
        try python(
            "np.save(sys.argv[1] + '/x.npy', np.array([[1e300], [1e300 * (1 + 1e-9)], [1e300]])); "
                + "np.save(sys.argv[1] + '/y.npy', np.arange(3))", directory)
        XCTAssertThrowsError(try ImportedDataset.npy(inputs: path("x.npy"), targets: path("y.npy"))) { error in
            XCTAssertTrue("\(error)".contains("within the range of Float32"), "\(error)")
        }
    }
}
