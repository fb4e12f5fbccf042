import Foundation
import ImageWriting
import TestSupport
import XCTest

/// Files that are brought to what a network was trained on. `GeneratedPairsTests` says that the numbers are right; here
/// it is what people see.
final class ImportLikeTests: CommandTestCase {
    /// Trains on a file in the test's directory, and returns a checkpoint.
    private func train(on dataset: String, outputs: Int = 2) throws -> String {
        try write(
            "{dataset: \(dataset), network: [flatten, {linear: \(outputs)}], epochs: 1, batchSize: 4}",
            to: "config.yaml")
        let outcome = try lockstep("train", "config.yaml", "--run", "run", "--quiet")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        return try newestCheckpoint(of: "run")
    }

    /// What h5py reads of a file: shapes, labels and attributes.
    private func contents(_ name: String) throws -> String {
        try python(
            """
            with h5py.File(sys.argv[1]) as f:
                x, y = f['x_test'], f.get('y_test')
                show = lambda a: [str(n) if isinstance(n, str) else round(float(n), 6) for n in np.ravel(a)]
                print(x.shape, x.dtype, None if y is None else list(map(int, y[:])))
                print({**{k: show(v) for k, v in sorted(x.attrs.items())}, **{k: show(v) for k, v in sorted(f.attrs.items())}})
            """, path(name))
    }

    private func put(_ name: String, _ png: TestPNG) throws {
        let url = URL(fileURLWithPath: path(name))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(png.bytes).write(to: url)
    }

    // MARK: Large numbers

    /// Every importer keeps what the network subtracts a mean of first.
    func testLargeNumbersOfAnExcerptKeepWhatMatters() throws {
        try python(
            """
            import struct
            x = np.stack([1_700_000_000 + np.arange(1000.), np.arange(1000) % 10 / 10], 1); folder = sys.argv[1] + '/'
            with h5py.File(folder + 'train.h5', 'w') as f:
                f['x'], f['y'] = x, np.arange(1000) % 2
                f['x'].attrs['mean'], f['x'].attrs['standard_deviation'] = x.mean(0), x.std(0)
                f['x'].attrs['feature_names'] = ['t', 'a']
            few = np.array([[1_700_000_001, 0.5], [1_700_000_999, 0.25], [0, 0.5]])
            np.savez(folder + 'a.npz', x=few); np.save(folder + 'b.npy', few)
            np.savez(folder + 'whole.npz', x=(few * 4).astype('i8'))
            open(folder + 'c', 'wb').write(struct.pack('>HBBII', 0, 14, 2, 3, 2) + few.astype('>f8').tobytes())
            with h5py.File(folder + 'd.mat', 'w') as f:
                f['x'] = few.T; f['x'].attrs['MATLAB_class'] = np.bytes_('double')
            np.savetxt(folder + 'e.csv', few, '%.17g', ',', header='t,a', comments='')
            np.savez(folder + 'held.npz', x=[[1_700_000_000, 0.1], [1_700_000_128, 0.7]])
            """, directory)
        for arguments in [
            ["npz", "a.npz"], ["npz", "b.npy", "-o", "b.h5"], ["idx", "c", "-o", "c.h5"],
            ["matlab", "d.mat", "--samples", "first"], ["csv", "e.csv"],
        ] {
            let outcome = try lockstep(["import"] + arguments + ["--like", "train.h5"])
            XCTAssertEqual(outcome.status, 0, outcome.errors)
            let made = try XCTUnwrap(outcome.lines.first)
            let found = try python(
                "with h5py.File(sys.argv[1]) as f: print(f['x_test'].dtype, f['x_test'][...].tolist())", path(made))
            XCTAssertEqual(
                found, "float64 [[1700000001.0, 0.5], [1700000999.0, 0.25], [0.0, 0.5]]", "\(arguments)")
        }
        // Float32 holds the times of the last, and its other column is not centered.
        for (name, type) in [("whole.npz", "int64"), ("held.npz", "float32")] {
            let outcome = try lockstep("import", "npz", name, "--like", "train.h5", "-o", "o.h5", "--overwrite")
            XCTAssertEqual(outcome.status, 0, outcome.errors)
            XCTAssertEqual(
                try python("with h5py.File(sys.argv[1]) as f: print(f['x_test'].dtype)", path("o.h5")), type, name)
        }
    }

    // MARK: Arrays

    func testArraysTakeTheNormalizationOfTraining() throws {
        try python(
            """
            x = np.arange(24.).reshape(8, 3)
            with h5py.File(sys.argv[1] + '/train.h5', 'w') as f:
                f['x'], f['y'] = x, np.arange(8) % 2
                f['x'].attrs['mean'], f['x'].attrs['standard_deviation'] = x.mean(0), 2.5
                f['x'].attrs['feature_names'], f.attrs['class_names'] = ['a', 'b', 'c'], ['no', 'yes']
            np.savez(sys.argv[1] + '/new.npz', x=x[:1] + 100, y=[1])
            np.savez(sys.argv[1] + '/wrong.npz', x=x[:2], y=[1, 2]); np.savez(sys.argv[1] + '/wide.npz', x=x.reshape(6, 4))
            np.savez(sys.argv[1] + '/half.npz', x=x[:2], y=[0, 0.5]); np.savez(sys.argv[1] + '/whole.npz', x=x[:2], y=[0., 1.])
            """, directory)
        let checkpoint = try train(on: "train.h5")
        for like in ["train.h5", checkpoint] {
            let outcome = try lockstep("import", "npz", "new.npz", "--like", like, "-o", "new.h5", "--overwrite")
            XCTAssertEqual(
                outcome.lines.dropFirst(),
                [
                    "  test: 1 samples of [3] float32, targets [1] int64",
                    "  new.npz: its columns have no names: taken by position for a, b, c",
                    "  new.npz: its classes have no names: labels are taken by position, 0 for no",
                ], outcome.errors)
            XCTAssertEqual(
                try contents("new.h5"),
                """
                (1, 3) float32 [1]
                {'feature_names': ['a', 'b', 'c'], 'mean': [10.5, 11.5, 12.5], 'standard_deviation': [2.5], \
                'class_names': ['no', 'yes']}
                """)
        }
        XCTAssertEqual(try lockstep("import", "npz", "whole.npz", "--like", checkpoint, "-o", "o.h5").status, 0)
        assertFails(
            try lockstep("import", "npz", "wrong.npz", "--like", checkpoint), "wrong.npz: y",
            "class indices in 0 ..< 2",
            "2 in row 1", "--no-targets")
        assertFails(try lockstep("import", "npz", "half.npz", "--like", checkpoint), "half.npz: y", "0.5 in row 1")
        assertFails(try lockstep("import", "npz", "wide.npz", "--like", checkpoint), "wide.npz", "[3]", "[4]")
        XCTAssertEqual(
            try lockstep("import", "npz", "wrong.npz", "--like", checkpoint, "--no-targets").status, 0,
            "what the refusal proposes")
    }

    func testBytesAndFloatsAreTheSameRawNumbers() throws {
        try python(
            """
            x = np.arange(32).reshape(8, 2, 2)
            with h5py.File(sys.argv[1] + '/train.h5', 'w') as f: f['x'], f['y'] = x.astype('u1'), np.arange(8) % 2
            np.save(sys.argv[1] + '/floats.npy', x[:2].astype('f4')); np.save(sys.argv[1] + '/bytes.npy', x[:2].astype('u1'))
            with h5py.File(sys.argv[1] + '/floats-train.h5', 'w') as f: f['x'], f['y'] = x.astype('f4'), np.arange(8) % 2
            """, directory)
        for (train, scale) in [("train.h5", 1 / 255.0), ("floats-train.h5", 1)] {
            let checkpoint = try self.train(on: train)
            var made: [String] = []
            for type in ["floats", "bytes"] {
                try lockstep("import", "npz", "\(type).npy", "--like", checkpoint, "-o", "\(type).h5", "--overwrite")
                try lockstep(
                    "predict", checkpoint, "--dataset", "\(type).h5", "--output", "of-\(type)-\(train)")
                made.append(
                    try python(
                        "print(h5py.File(sys.argv[1])['probabilities'][:].tolist())", path("of-\(type)-\(train)")))
                let attributes = try contents("\(type).h5")
                XCTAssertTrue(attributes.contains("'scale': [\((scale * 1e6).rounded() / 1e6)]"), attributes)
            }
            XCTAssertEqual(made[0], made[1])
            try FileManager.default.removeItem(atPath: path("run"))
        }
    }

    // MARK: Images

    func testImagesTakeSizeColorAndNumbersOfClasses() throws {
        for (index, name) in ["cat", "dog", "bird"].enumerated() {
            for file in 0..<2 {
                try put("train/\(name)/\(file).png", TestPNG(width: 3, height: 2, gray: 40 * index + file))
            }
        }
        try lockstep("import", "images", "train", "-o", "train.h5")
        let checkpoint = try train(on: "train.h5", outputs: 3)
        try put("new/dog/a.png", TestPNG(width: 30, height: 20, .rgb, [Int](repeating: 77, count: 1800)))

        for like in ["train.h5", checkpoint] {
            let outcome = try lockstep("import", "images", "new", "--like", like, "-o", "new.h5", "--overwrite")
            XCTAssertEqual(
                outcome.lines.last, "  test: 1 samples of [2, 3, 1] uint8, targets [1] int64", outcome.errors)
            XCTAssertEqual(
                try contents("new.h5").split(separator: "\n").first, "(1, 2, 3, 1) uint8 [2]", "bird, cat, dog")
            XCTAssertEqual(
                try python("print(h5py.File(sys.argv[1])['x_test'][0, 0, :, 0])", path("new.h5")), "[77 77 77]")
            XCTAssertEqual(try lockstep("evaluate", checkpoint, "--dataset", "new.h5").status, 0)
        }
        try put("flat/a.png", TestPNG(width: 3, height: 2, gray: 1))
        XCTAssertEqual(
            try lockstep("import", "images", "flat", "--like", checkpoint, "-o", "flat.h5").lines.last,
            "  test: 1 samples of [2, 3, 1] uint8, no targets", "a folder without folders has no targets")
        try put("odd/Dog/a.png", TestPNG(width: 3, height: 2, gray: 1))
        assertFails(
            try lockstep("import", "images", "odd", "--like", checkpoint, "-o", "odd.h5"), "odd", "bird, cat, dog",
            "Dog",
            "--no-targets")
        XCTAssertEqual(
            try lockstep("import", "images", "odd", "--like", checkpoint, "-o", "odd.h5", "--no-targets").status, 0)
        assertFails(
            try lockstep("import", "images", "new", "--like", "train.h5", "--size", "3", "-o", "o.h5"), status: 64,
            "--size")
    }

    func testImagesAreMadeForANetworkOfMNIST() throws {
        try python(
            """
            import struct
            d = sys.argv[1]
            open(d + '/images', 'wb').write(struct.pack('>HBBIII', 0, 8, 3, 4, 2, 3) + bytes(range(24)))
            open(d + '/labels', 'wb').write(struct.pack('>HBBI', 0, 8, 1, 4) + bytes([0, 1, 0, 1]))
            """, directory)
        try lockstep("import", "idx", "images", "labels", "-o", "train.h5")
        let checkpoint = try train(on: "train.h5")
        try put("new/a.png", TestPNG(width: 3, height: 2, gray: 9))
        let outcome = try lockstep("import", "images", "new", "--like", checkpoint, "-o", "new.h5")
        XCTAssertEqual(outcome.lines.last, "  test: 1 samples of [2, 3] uint8, no targets", outcome.errors)
        XCTAssertEqual(try lockstep("predict", checkpoint, "--dataset", "new.h5", "--output", "p.h5").status, 0)
        let idx = try lockstep("import", "idx", "images", "--like", checkpoint, "-o", "idx.h5")
        XCTAssertEqual(idx.lines.last, "  test: 4 samples of [2, 3] uint8, no targets", idx.errors)
        try put("numbered/1/a.png", TestPNG(width: 3, height: 2, gray: 9))
        try lockstep("import", "images", "numbered", "--like", checkpoint, "-o", "numbered.h5")
        XCTAssertEqual(try python("print(h5py.File(sys.argv[1])['y_test'][:])", path("numbered.h5")), "[1]")
        // Other names of folders are nothing that numbered classes could be found by.
        try put("named/one/a.png", TestPNG(width: 3, height: 2, gray: 9))
        assertFails(try lockstep("import", "images", "named", "--like", checkpoint, "-o", "o.h5"), "--no-targets")
    }

    func testImagesAreOnlyMadeForImages() throws {
        try TestData.write(path("train.h5"), rows: ["train": 12], features: [6])
        try put("new/a.png", TestPNG(width: 3, height: 2, gray: 9))
        assertFails(
            try lockstep("import", "images", "new", "--like", "train.h5", "-o", "new.h5"), "train.h5",
            "[height, width, 1 or 3]", "[6]")
    }

    // MARK: What to be like

    func testWhatThereIsToBeLikeHasToBeThere() throws {
        try python("np.save(sys.argv[1], np.ones((2, 3)))", path("new.npy"))
        assertFails(
            try lockstep("import", "npz", "new.npy", "--like", "nothing.h5", "-o", "o.h5"), "nothing.h5", "no such file"
        )
        try write("no data set", to: "text.h5")
        assertFails(try lockstep("import", "npz", "new.npy", "--like", "text.h5", "-o", "o.h5"), "text.h5")
        let run = try trainSmall()
        assertFails(try lockstep("import", "npz", "new.npy", "--like", run, "-o", "o.h5"), "expected a checkpoint")
        XCTAssertFalse(try files().contains("o.h5"))
    }
}
