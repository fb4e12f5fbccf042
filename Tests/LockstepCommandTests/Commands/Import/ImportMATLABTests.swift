import Foundation
import HDF5
import TestSupport
import XCTest

/// Files of programs that keep arrays column by column are never read on their side without a word.
final class ImportMATLABTests: CommandTestCase {
    /// Writes a file as MATLAB does with `save(…, '-v7.3')`: a header of 512 bytes, the axes of every array in reverse
    /// order, and its class beside it. `script` calls `put(name, array, class)`.
    private func writeMATLAB(_ script: String, to name: String = "a.mat") throws {
        try python(
            """
            f = h5py.File(sys.argv[1], 'w', userblock_size=512)
            def put(name, array, kind='double', **attributes):
                array = np.asarray(array); array = array.reshape(-1, 1) if array.ndim == 1 else array
                f[name] = array.T
                f[name].attrs['MATLAB_class'] = np.bytes_(kind)
                for key in attributes: f[name].attrs[key] = attributes[key]
            x = np.arange(12.).reshape(4, 3) + .5; y = np.array([0., 1, 1, 0])
            \(script)
            f.close()
            with open(sys.argv[1], 'r+b') as b:
                b.write(b'MATLAB 7.3 MAT-file, Platform: GLNXA64, Created on: Mon Nov 30 10:00:00 2026 HDF5 schema 1.00 .'.ljust(116)
                    + bytes(8) + b'\\x00\\x02IM')
            """, path(name))
    }

    private func read(_ file: String, _ name: String) throws -> (shape: [Int], values: [Double], type: String) {
        var result: (shape: [Int], values: [Double], type: String) = ([], [], "")
        try withFile(path(file)) { file in
            let dataset = try file.root.dataset(name)
            result = (dataset.shape, try dataset.read(as: Double.self), "\(dataset.elementType)")
        }
        return result
    }

    /// The command that a message proposes.
    private func proposal(_ outcome: Outcome) throws -> String {
        let text = outcome.errors + outcome.output
        let start = try XCTUnwrap(text.range(of: "lockstep import matlab"), text).lowerBound
        let line = text[start...].prefix { $0 != "\n" }
        return String(line.hasSuffix(".") ? line.dropLast() : line).replacingOccurrences(
            of: "lockstep ", with: "$lockstep ")
    }

    func testEveryCommandRefusesAFileOfMATLABAndTheWayOutWorks() throws {
        try writeMATLAB("put('x', x); put('y', y)")
        try write("{dataset: a.mat, network: [{linear: 2}], epochs: 1, batchSize: 2}", to: "config.yaml")
        var proposals: Set<String> = []
        for arguments in [
            ["train", "config.yaml"], ["verify", "a.mat"], ["convert", "a.mat", "--output", "c.h5"],
            ["preview", "a.mat", "--output", "p.png"],
        ] {
            let outcome = try shell("$lockstep " + arguments.joined(separator: " "))
            XCTAssertEqual(outcome.status, 1, "\(arguments)")
            let text = outcome.errors + outcome.output
            for part in ["rows first", "an array of MATLAB (attribute MATLAB_class) of shape [4, 3] there", "[3, 4]"] {
                XCTAssertTrue(text.contains(part), "\(arguments): \(text)")
            }
            proposals.insert(try proposal(outcome))
        }
        XCTAssertEqual(proposals, ["$lockstep import matlab a.mat --output a-rows.h5"])
        XCTAssertTrue(try lockstep("inspect", "a.mat").output.contains("import matlab"))
        let made = try shell(proposals.first!)
        XCTAssertEqual(made.status, 0, made.errors)
        XCTAssertEqual(
            made.lines, ["a-rows.h5", "  train: 4 samples of [3] float32, targets [4] int64"], made.output)
        let x = try read("a-rows.h5", "x_train")
        XCTAssertEqual(x.shape, [4, 3])
        XCTAssertEqual(x.values, (0..<12).map { Double($0) + 0.5 })
        XCTAssertEqual(try read("a-rows.h5", "y_train").values, [0, 1, 1, 0])
        try write("{dataset: a-rows.h5, network: [{linear: 2}], epochs: 1, batchSize: 2}", to: "config.yaml")
        let trained = try lockstep("train", "config.yaml", "--run", "run")
        XCTAssertEqual(trained.status, 0, trained.errors)
    }

    func testASquareOneIsRefusedTooAndWhatItIsTakenForIsSaid() throws {
        try writeMATLAB("put('images', np.arange(9.).reshape(3, 3)); put('my labels', [2., 1, 3])")
        try write(
            "{dataset: {path: a.mat, inputs: images, targets: my labels}, network: [{linear: 2}]}", to: "config.yaml")
        let outcome = try lockstep("train", "config.yaml")
        assertFails(outcome, "images: expected rows first", "[3, 3]")
        let command = try proposal(outcome)
        XCTAssertEqual(
            command, "$lockstep import matlab a.mat --inputs images --targets 'my labels' --output a-rows.h5")
        let made = try shell(command)
        XCTAssertEqual(made.status, 0, made.errors)
        XCTAssertTrue(made.output.contains("samples of images [3, 3] are along the first axis"), made.output)
        XCTAssertTrue(made.output.contains("--samples last"), made.output)
        XCTAssertTrue(made.output.contains("whole numbers 1 ... 3, kept as they are"), made.output)
        XCTAssertEqual(try read("a-rows.h5", "x_train").values, (0..<9).map(Double.init))
        XCTAssertEqual(try shell(command + " --samples last --overwrite").status, 0)
        XCTAssertEqual(try read("a-rows.h5", "x_train").values, [0, 3, 6, 1, 4, 7, 2, 5, 8])
        XCTAssertEqual(try read("a-rows.h5", "y_train").values, [2, 1, 3])
    }

    func testAnEmptyArrayIsCalledThat() throws {
        // Its shape lies in the place of its elements.
        try writeMATLAB(
            "put('x', x); f['y'] = np.array([0, 5], 'u8'); f['y'].attrs['MATLAB_class'] = np.bytes_('double'); "
                + "f['y'].attrs['MATLAB_empty'] = np.uint8(1)")
        try write("{dataset: a.mat, network: [{linear: 2}], epochs: 1, batchSize: 2}", to: "config.yaml")
        assertFails(
            try lockstep("import", "matlab", "a.mat"), "y: expected at least one row", "an empty array of shape [0, 5]")
        try writeMATLAB(
            "put('y', y); f['x'] = np.array([0, 5], 'u8'); f['x'].attrs['MATLAB_class'] = np.bytes_('double'); "
                + "f['x'].attrs['MATLAB_empty'] = np.uint8(1)")
        assertFails(
            try lockstep("train", "config.yaml"), "x: expected at least one row", "an empty array of MATLAB",
            "of shape [0, 5]")
    }

    func testTextsAreNamesOfClasses() throws {
        // A char array has a text in each row, filled up with spaces, as UTF-16.
        try writeMATLAB(
            """
            def char(texts):
                width = max(map(len, texts))
                return np.array([[ord(c) for c in t.ljust(width)] for t in texts], 'u2')
            put('x', x); put('y', char(['dog', 'cat', 'élan', 'cat']), 'char', MATLAB_int_decode=np.int32(2))
            put('x_test', x[:2]); put('y_test', char(['cat', 'horse']), 'char')
            """)
        let made = try lockstep("import", "matlab", "a.mat")
        XCTAssertEqual(made.status, 0, made.errors)
        XCTAssertEqual(try read("a.h5", "y_train").values, [1, 0, 3, 0])
        XCTAssertEqual(try read("a.h5", "y_test").values, [0, 2])
        XCTAssertEqual(
            try python("with h5py.File(sys.argv[1]) as f: print(*f.attrs['class_names'])", path("a.h5")),
            "cat dog horse élan")
        XCTAssertFalse(made.output.contains("class 0 has no sample"), made.output)
        // One row of as many letters as there are samples.
        try writeMATLAB("put('x', x); put('y', np.array([[ord(c) for c in 'baab']], 'u2'), 'char')", to: "b.mat")
        XCTAssertEqual(try lockstep("import", "matlab", "b.mat").status, 0)
        XCTAssertEqual(try read("b.h5", "y_train").values, [1, 0, 0, 1])
        // By the classes of a network.
        XCTAssertEqual(
            try lockstep("import", "matlab", "b.mat", "--like", "b.h5", "--samples", "first", "-o", "c.h5").status, 0)
        XCTAssertEqual(try read("c.h5", "y_test").values, [1, 0, 0, 1])
        try writeMATLAB("put('x', x); put('y', np.array([[ord(c)] * 2 for c in 'b ab'], 'u2'), 'char')", to: "d.mat")
        assertFails(try lockstep("import", "matlab", "d.mat"), "y: expected a class in each row", "spaces in row 1")
        try writeMATLAB("put('x', np.array([[ord(c)] * 2 for c in 'bxab'], 'u2'), 'char'); put('y', y)", to: "e.mat")
        assertFails(try lockstep("import", "matlab", "e.mat"), "x: expected numbers", "an array of class char")
    }

    func testTruthValuesAreClasses() throws {
        try writeMATLAB("put('x', x); put('y', np.array([0, 1, 1, 0], 'u1'), 'logical', MATLAB_int_decode=np.int32(1))")
        XCTAssertEqual(try lockstep("import", "matlab", "a.mat").status, 0)
        XCTAssertEqual(try read("a.h5", "y_train").values, [0, 1, 1, 0])
        XCTAssertTrue(try lockstep("inspect", "a.h5").output.contains("2 classes"))
        try writeMATLAB("put('x', x); put('y', np.array([0, 1, 7, 0], 'u1'), 'logical')", to: "b.mat")
        assertFails(try lockstep("import", "matlab", "b.mat"), "y: expected 0 and 1", "found 7")
    }

    func testPackedNumbersAreUnpacked() throws {
        try writeMATLAB(
            "put('x', np.arange(12).reshape(4, 3).astype('i2'), 'int16', scale_factor=0.5, add_offset=10.0); put('y', y)"
        )
        XCTAssertEqual(try lockstep("import", "matlab", "a.mat").status, 0)
        XCTAssertEqual(try read("a.h5", "x_train").values, (0..<12).map { Double($0) / 2 + 10 })
    }

    func testSamplesAreFoundAlongTheAxisThatHasAsManyAsTargets() throws {
        // [features, samples], [height, width, channels, samples] and [samples, steps, features].
        try writeMATLAB(
            "put('x_train', x.T); put('y_train', y.reshape(1, 4)); "
                + "put('x_val', x[:2].T); put('y_val', np.eye(2)); put('x_test', x[:2].T); put('y_test', [0., .5])")
        XCTAssertEqual(try lockstep("import", "matlab", "a.mat", "--samples", "last").status, 0)
        for (split, rows) in [("train", 4), ("validation", 2), ("test", 2)] {
            let found = try read("a.h5", "x_\(split)")
            XCTAssertEqual(found.shape, [rows, 3], split)
            XCTAssertEqual(found.values, (0..<rows * 3).map { Double($0) + 0.5 }, split)
        }
        XCTAssertEqual(try read("a.h5", "y_validation").shape, [2, 2])
        XCTAssertEqual(try read("a.h5", "y_test").type, "float64")
    }

    func testPicturesAndSeriesComeOutWithTheirAxesInOrder() throws {
        try writeMATLAB(
            "i = np.arange(4 * 5 * 3 * 2, dtype='u1').reshape(2, 4, 5, 3); "
                + "put('x', np.moveaxis(i, 0, -1), 'uint8'); put('y', [True, False], 'logical')")
        XCTAssertEqual(try lockstep("import", "matlab", "a.mat").status, 0)
        let images = try read("a.h5", "x_train")
        XCTAssertEqual(images.shape, [2, 4, 5, 3])
        XCTAssertEqual(images.values, (0..<120).map(Double.init))
        XCTAssertEqual(images.type, "uint8")
        XCTAssertEqual(try read("a.h5", "y_train").values, [1, 0])
        try writeMATLAB("put('x', np.arange(24.).reshape(4, 3, 2)); put('y', [4, 3, 2, 1], 'int8')")
        XCTAssertEqual(try lockstep("import", "matlab", "a.mat", "--overwrite").status, 0)
        let series = try read("a.h5", "x_train")
        XCTAssertEqual(series.shape, [4, 3, 2])
        XCTAssertEqual(series.values, (0..<24).map(Double.init))
        // Of more axes than two it is the last, where both have as many as there are targets.
        try writeMATLAB("put('x', np.arange(12.).reshape(2, 3, 2)); put('y', [0., 1])")
        let either = try lockstep("import", "matlab", "a.mat", "--overwrite")
        XCTAssertTrue(either.output.contains("samples of x [2, 3, 2] are along the last axis"), either.output)
        XCTAssertEqual(try read("a.h5", "x_train").values, [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11])
        // Logical inputs are 0 and 1, and no pixels; large numbers stay what they are.
        try writeMATLAB(
            "put('x', np.eye(4)[:, :3].astype('u1'), 'logical'); put('y', y); "
                + "put('x_test', 1_700_000_000. + np.arange(12).reshape(4, 3)); put('y_test', y)")
        XCTAssertEqual(try lockstep("import", "matlab", "a.mat", "--overwrite").status, 0)
        XCTAssertEqual(try read("a.h5", "x_train").type, "float32")
        XCTAssertEqual(try read("a.h5", "x_test").values, (0..<12).map { 1_700_000_000 + Double($0) })
        try writeMATLAB("put('x', 1_700_000_000 + np.arange(12).reshape(4, 3), 'int64'); put('y', y)")
        XCTAssertEqual(try lockstep("import", "matlab", "a.mat", "--overwrite").status, 0)
        XCTAssertEqual(try read("a.h5", "x_train").values, (0..<12).map { 1_700_000_000 + Double($0) })
    }

    func testRAndJuliaAreToldByTheirMarks() throws {
        try python(
            """
            with h5py.File(sys.argv[1] + '/r.h5', 'w') as f:
                f['x'], f['y'] = np.arange(9.).reshape(3, 3), np.arange(3)
                f['y'].attrs['rhdf5-NA.OK'] = 1
            with h5py.File(sys.argv[1] + '/j.jld2', 'w', userblock_size=512) as f:
                f['x'], f['y'] = np.arange(9.).reshape(3, 3), np.arange(3)
            with open(sys.argv[1] + '/j.jld2', 'r+b') as b: b.write(b'HDF5-based Julia Data Format, version 0.1.1\\0 (Julia)')
            with h5py.File(sys.argv[1] + '/plain.h5', 'w') as f: f['x'], f['y'] = np.arange(12.).reshape(3, 4), np.arange(4)
            """, directory)
        for (file, program) in [("r.h5", "an array of R"), ("j.jld2", "an array of Julia")] {
            let outcome = try lockstep("verify", file)
            XCTAssertEqual(outcome.status, 1)
            XCTAssertTrue(outcome.output.contains(program), outcome.output)
            XCTAssertEqual(try shell(proposal(outcome)).status, 0)
        }
        // Without a mark nothing tells but the rows.
        let outcome = try lockstep("verify", "plain.h5")
        XCTAssertTrue(outcome.output.contains("y: expected 3 rows, as many as x, found 4"), outcome.output)
        let command = try proposal(outcome)
        XCTAssertEqual(command, "$lockstep import matlab plain.h5 --output plain-rows.h5")
        XCTAssertEqual(try shell(command).status, 0)
        XCTAssertEqual(try read("plain-rows.h5", "x_train").values, [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11])
        // A list, which Julia and R have, is one number a sample.
        try python(
            "with h5py.File(sys.argv[1], 'w') as f: f['x'], f['y'] = np.arange(4.), np.arange(4)", path("list.h5"))
        XCTAssertEqual(try lockstep("import", "matlab", "list.h5", "--output", "list-rows.h5").status, 0)
        XCTAssertEqual(try read("list-rows.h5", "x_train").shape, [4, 1])
    }

    func testWhatIsNoArrayOfNumbersIsRefused() throws {
        for (script, parts) in [
            ("put('x', x); put('y', [1, 2, 1, 1], 'cell')", ["y: expected numbers, or a char array", "class cell"]),
            ("put('x', [0, 0], MATLAB_empty=np.uint8(1)); put('y', [0., 1])", ["x: expected", "an empty array"]),
            ("put('x', x); put('y', [0., 1])", ["y: expected as many targets as x has samples", "[4, 3]", "[2, 1]"]),
            ("put('x', x)", ["y_train", "--no-targets"]),
            ("put('z', x)", ["x_train", "the file holds z"]),
        ] {
            try writeMATLAB(script)
            let outcome = try lockstep("import", "matlab", "a.mat")
            XCTAssertEqual(outcome.status, 1, script)
            for part in parts { XCTAssertTrue(outcome.errors.contains(part), "\(script): \(outcome.errors)") }
        }
        try writeMATLAB("put('x', x)")
        let alone = try lockstep("import", "matlab", "a.mat", "--no-targets")
        XCTAssertEqual(alone.status, 0)
        XCTAssertTrue(alone.output.contains("first axis, without targets to count"), alone.output)
        XCTAssertEqual(try read("a.h5", "x_test").shape, [4, 3])
        try write("MATLAB 5.0 MAT-file, Platform: GLNXA64" + String(repeating: " ", count: 200), to: "old.mat")
        for command in ["convert old.mat --output c.h5", "import matlab old.mat"] {
            let outcome = try shell("$lockstep \(command)")
            XCTAssertTrue((outcome.errors + outcome.output).contains("'-v7.3'"), outcome.errors + outcome.output)
        }
    }
}
