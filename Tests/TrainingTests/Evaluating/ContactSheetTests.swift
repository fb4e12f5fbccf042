import Batches
import Datasets
import HDF5
import Images
import Kernels
import Networks
import TestSupport
import XCTest

@testable import Training

final class ContactSheetTests: HDF5TestCase {
    private let white = Bitmap.Color(gray: 255)

    /// A file with the lines of a script that may use `f`.
    private func file(_ script: String) throws -> String {
        let name = path("\(UUID().uuidString).h5")
        try python("with h5py.File(sys.argv[1], 'w') as f:\n    \(script)", name)
        return name
    }

    private func sheet(_ script: String, count: Int = 64) throws -> Bitmap {
        try ContactSheet(count: count).draw(.file(try file(script))).0
    }

    func testEachPixelOfASmallImageBecomesASquare() throws {
        let bitmap = try sheet("f['x_train'] = np.array([[[0, 50], [100, 255]]], 'u1'); f['y_train'] = [0]")
        XCTAssertEqual(bitmap.width, 6 + 64 + 6)
        for (x, y, gray) in [(0, 0, 0), (31, 31, 0), (32, 0, 50), (0, 32, 100), (63, 63, 255)] {
            XCTAssertEqual(bitmap[6 + x, 6 + y], Bitmap.Color(gray: UInt8(gray)), "\(x), \(y)")
        }
        XCTAssertEqual(bitmap[5, 6], white)
    }

    func testColorsAreThoseOfTheFileWhateverTheNormalization() throws {
        let data = "f['x_train'] = np.array([[[[10, 20, 30], [250, 128, 0]]]], 'u1'); f['y_train'] = [0]"
        let plain = try sheet(data)
        XCTAssertEqual(plain[6, 6], Bitmap.Color(10, 20, 30))
        XCTAssertEqual(plain[6 + 40, 6], Bitmap.Color(250, 128, 0))
        let attributes = "f['x_train'].attrs['mean'] = 99.; f['x_train'].attrs['standard_deviation'] = 7."
        XCTAssertEqual(try sheet(data + "; " + attributes), plain)
    }

    func testNumbersRangeFromBlackToWhite() throws {
        let bitmap = try sheet("f['x_train'] = np.array([[[-3, 1], [0, 5]]], 'f4'); f['y_train'] = [0]")
        for (x, y, gray) in [(0, 0, 0), (63, 63, 255), (63, 0, 128)] {
            XCTAssertEqual(bitmap[6 + x, 6 + y], Bitmap.Color(gray: UInt8(gray)))
        }
        _ = try sheet("f['x_train'] = np.full((3, 2, 2), 7, 'f4'); f['y_train'] = [0, 0, 0]")
    }

    func testBytesOfFewGraysAreMadeBright() throws {
        for (largest, shown) in [(16, 255), (127, 255), (128, 128)] {
            let bitmap = try sheet("f['x_train'] = np.array([[[0, \(largest)]]], 'u1'); f['y_train'] = [0]")
            XCTAssertEqual(bitmap[6 + 40, 6], Bitmap.Color(gray: UInt8(shown)))
        }
        XCTAssertEqual(
            try sheet("f['x_train'] = np.zeros((1, 2, 2), 'u1'); f['y_train'] = [0]")[6, 6], Bitmap.Color(gray: 0))
    }

    func testLargeImagesAreMadeSmaller() throws {
        let bitmap = try sheet("f['x_train'] = np.zeros((2, 600, 150), 'u1'); f['y_train'] = [0, 1]")
        XCTAssertEqual(bitmap.width, 6 + 2 * (50 + 6))
        XCTAssertEqual(bitmap.height, 6 + 200 + 6 + Bitmap.lineHeight)
    }

    func testTargetsStandUnderTheirImages() throws {
        func caption(_ targets: String) throws -> Bitmap {
            try sheet("f['x_train'] = np.full((1, 8, 8), 255, 'u1'); \(targets)")
        }
        var expected = Bitmap(width: 76, height: 6 + 64 + 6 + Bitmap.lineHeight, color: white)
        expected.draw("dog", x: 6, y: 6 + 64 + 2, Bitmap.Color(gray: 0))
        XCTAssertEqual(try caption("f['y_train'] = [1]; f.attrs['class_names'] = ['cat', 'dog']"), expected)
        expected = Bitmap(width: 76, height: 6 + 64 + 6 + Bitmap.lineHeight, color: white)
        expected.draw("0.5 -3", x: 6, y: 6 + 64 + 2, Bitmap.Color(gray: 0))
        XCTAssertEqual(try caption("f['y_train'] = np.array([[0.5, -3]])"), expected)
        XCTAssertEqual(try caption("pass"), Bitmap(width: 76, height: 76, color: white))
    }

    private func configuration(_ augmentation: Augmentation?) throws -> Configuration {
        Configuration(
            dataset: .synthetic(inputs: [6, 5, 3], classes: 3, samples: 100, validation: 50),
            network: Network {
                Flatten()
                Linear(3)
            }, batchSize: 16, augmentation: augmentation)
    }

    func testAConfigurationShowsWhatAnEpochBringsAndOtherSplitsAsTheyAre() throws {
        let plain = try configuration(nil)
        let augmented = try configuration(
            Augmentation(shift: 2, horizontalFlip: 0.5, rotation: 20, cutout: 2, mixup: 1))
        func draw(_ configuration: Configuration, _ split: Split = .train, count: Int = 40, epoch: Int = 0) throws
            -> Bitmap
        {
            try ContactSheet(split: split, count: count, epoch: epoch).draw(configuration).0
        }
        XCTAssertNotEqual(try draw(augmented), try draw(plain))
        XCTAssertEqual(try draw(augmented), try draw(augmented))
        XCTAssertNotEqual(try draw(augmented, epoch: 1), try draw(augmented))
        XCTAssertEqual(try draw(augmented, .validation), try draw(plain, .validation))
        XCTAssertTrue(try ContactSheet().draw(augmented).1.isAugmented)
        XCTAssertFalse(try ContactSheet(split: .validation).draw(augmented).1.isAugmented)
        XCTAssertEqual(try ContactSheet(count: 1000).draw(plain).1.samples, 100)
    }

    func testWhatIsShownIsWhatABatchLoads() throws {
        let configuration = try configuration(Augmentation(shift: 2, fill: .edge))
        let dataset = try Dataset.load(configuration.dataset)
        let table = dataset[.train]!
        let reader = try SampleReader(table, shuffle: .full, seed: 1, batchSize: 16)
        let kernels = availableKernels()[0]
        let batch = Batch(
            reader: reader, capacity: 16, usesLabels: true, width: 1,
            augmenter: Augmenter(configuration.augmentation!, inputShape: [6, 5, 3], seed: 1), kernels: kernels)
        batch.fill(0..<16, of: SampleOrder(count: 100, seed: 1, epoch: 0))
        let inputs = AlignedBuffer(count: 16 * 90)
        batch.load(rows: 0..<16, into: inputs.pointer, worker: 0)
        let (bitmap, _) = try ContactSheet(count: 16).draw(configuration)
        let values = PixelValues(inputs, of: table)
        for pixel in [0, 7, 29] {
            let color = bitmap[6 + pixel % 5 * 10 + 4, 6 + pixel / 5 * 10 + 4]
            XCTAssertEqual(
                color, Bitmap.Color(values[0, pixel * 3], values[0, pixel * 3 + 1], values[0, pixel * 3 + 2]))
        }
    }

    func testDataThatStayInTheirFileAreShownInItsOrder() throws {
        let name = try file(
            """
            x = np.repeat(128 + np.arange(4000) % 100, 64).astype('u1').reshape(4000, 8, 8)
                f.create_dataset('x_train', data=x, chunks=(50, 8, 8), compression=1); f['y_train'] = np.arange(4000) % 3
            """)
        let (bitmap, content) = try ContactSheet(count: 4).draw(.file(name), loading: LoadingOptions(memory: 100_000))
        XCTAssertEqual(content.samples, 4)
        XCTAssertEqual(bitmap[6 + 70, 6], Bitmap.Color(gray: 129), "the second sample")
    }

    func testSamplesThatAreNoPicturesAreRefused() throws {
        for shape in ["(4, 9)", "(4, 3, 3, 2)", "(4, 2, 2, 2, 2)"] {
            XCTAssertThrowsError(try sheet("f['x_train'] = np.zeros(\(shape), 'u1'); f['y_train'] = [0, 1, 0, 1]")) {
                XCTAssertTrue("\($0)".contains("expected images"), "\($0)")
            }
        }
    }
}
