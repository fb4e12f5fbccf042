import Foundation
import HDF5
import TestSupport
import XCTest

@testable import Datasets

final class DatasetContentsTests: HDF5TestCase {
    override func setUpWithError() throws {
        try super.setUpWithError()
        try python(
            """
            x = np.random.RandomState(1).randint(0, 256, (3000, 30)).astype('u1')
            for name, options in [('chunks', {'chunks': (16, 30), 'compression': 1}), ('plain', {})]:
                with h5py.File(sys.argv[1] + '/' + name + '.h5', 'w') as f:
                    f.create_dataset('x_train', data=x, **options); f['y_train'] = np.arange(3000) % 3
            """, directory)
    }

    private func load(
        _ name: String, memory: Int? = 60_000, verifies: Bool = false, known: DatasetContents = DatasetContents()
    ) throws -> Dataset {
        var loading = LoadingOptions(memory: memory, threads: 1, verifies: verifies)
        loading.known = known
        return try Dataset.load(.file(path(name + ".h5")), loading: loading)
    }

    /// Contents as of a file that was written long ago.
    private func contents(_ name: String) throws -> DatasetContents {
        let file = try OpenFile(path(name + ".h5"))
        let table = try TableReader(file: file).files(
            inputs: file.dataset("x_train", key: ""), targets: file.dataset("y_train", key: ""))
        var content = ContentDigest(inputShape: [30], count: 3000, storesBytes: true)
        try table.inputs.read(as: UInt8.self).withUnsafeBytes { content.add($0) }
        var contents = DatasetContents()
        try contents.record(content, of: table, before: try file.file.stamp(), at: Date() + 10)
        try file.file.close()
        return contents
    }

    func testDataThatStaysInItsFileIsTakenForWhatItIsKnownToBe() throws {
        for name in ["chunks", "plain"] {
            let known = try contents(name)
            XCTAssertFalse(known.isEmpty)
            let digest = try load(name).digest
            XCTAssertEqual(try load(name, known: known).digest, digest)
            // Were it something else, that would be believed: so it is not read.
            var other = known
            other.entries[0].state[3] ^= 1
            XCTAssertNotEqual(try load(name, known: other).digest, digest)
            XCTAssertEqual(try load(name, verifies: true, known: other).digest, digest)
            XCTAssertEqual(try load(name, memory: nil, known: other).digest, digest, "what is loaded is looked at")
        }
    }

    func testAFileThatWasWrittenToIsReadAgain() throws {
        var other = try contents("chunks")
        other.entries[0].state[3] ^= 1
        let digest = try load("chunks").digest
        XCTAssertNotEqual(try load("chunks", known: other).digest, digest)
        // The same bytes, a later time.
        XCTAssertEqual(utimes(path("chunks.h5"), nil), 0)
        XCTAssertEqual(try load("chunks", known: other).digest, digest)
    }

    func testAFileWrittenToJustNowIsNotEntered() throws {
        XCTAssertTrue(try load("chunks").contents.isEmpty)
    }

    func testWhatIsWrittenReadsBackAndDamageLeavesNothing() throws {
        let known = try contents("plain")
        let bytes = try known.encoded()
        try Data(bytes).write(to: URL(fileURLWithPath: path("data.json")))
        XCTAssertEqual(DatasetContents(contentsOf: path("data.json")), known)
        XCTAssertTrue(DatasetContents(contentsOf: path("missing.json")).isEmpty)
        for index in bytes.indices where Character(UnicodeScalar(bytes[index])).isNumber {
            var damaged = bytes
            damaged[index] = damaged[index] == 0x30 ? 0x31 : 0x30
            if damaged == bytes { continue }
            try Data(damaged).write(to: URL(fileURLWithPath: path("data.json")))
            XCTAssertTrue(DatasetContents(contentsOf: path("data.json")).isEmpty, "byte \(index)")
        }
    }
}
