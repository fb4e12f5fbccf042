import Foundation
import HDF5
import Synchronization
import TestSupport
import XCTest

final class TrialTests: HDF5TestCase {
    override func tearDownWithError() throws {
        HDF5Library.setTrial(nil)
        try super.tearDownWithError()
    }

    private func write() throws {
        try python(
            """
            with h5py.File(sys.argv[1], 'w') as f:
                f['g/x'], f['y'] = np.arange(6).reshape(2, 3), 1; f['y'].attrs['text'] = 'a'
                f.create_dataset('c', data=np.arange(100), chunks=(7,), compression='gzip')
            """, path("a.h5"))
    }

    func testAGoodFileHasNoProblem() throws {
        try write()
        XCTAssertNil(HDF5File.tryOut(path("a.h5")))
    }

    func testWhatIsNotReadIsNoProblem() throws {
        try python(
            """
            with h5py.File(sys.argv[1], 'w') as f:
                f.create_dataset('far', (4,), 'u1', external=[('/etc/passwd', 0, 4)]); f['soft'] = h5py.SoftLink('/none')
                f['text'] = ['a', 'b']; f.create_dataset('lzf', data=np.zeros(100), compression='lzf')
            """, path("a.h5"))
        XCTAssertNil(HDF5File.tryOut(path("a.h5")))
    }

    func testDamagedStructureIsNamed() throws {
        try write()
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path("a.h5")))
        let node = try XCTUnwrap(bytes.range(of: Data("SNOD".utf8)))
        bytes.replaceSubrange(node, with: Data("NODE".utf8))
        try bytes.write(to: URL(fileURLWithPath: path("a.h5")))
        let problem = try XCTUnwrap(HDF5File.tryOut(path("a.h5")))
        XCTAssertTrue(problem.hasPrefix("its structure is damaged: "), problem)
    }

    func testAFileIsTriedOnceForEachContentAndRefusedWithWhatTheTrialSays() throws {
        try write()
        let trials = Mutex<(tried: [String], problem: String?)>(([], nil))
        HDF5Library.setTrial { path in
            trials.withLock {
                $0.tried.append(path)
                return $0.problem.map { HDF5Library.TrialProblem($0) }
            }
        }
        for _ in 0..<2 { try withFile(path("a.h5")) { _ in } }
        XCTAssertEqual(trials.withLock { $0.tried }, [path("a.h5")])
        trials.withLock { $0.problem = "it is bad" }
        try python("h5py.File(sys.argv[1], 'a')['new'] = 1", path("a.h5"))
        assertThrows(.refused, "a.h5", "it is bad") { try HDF5File(reading: path("a.h5")) }
        XCTAssertEqual(trials.withLock { $0.tried.count }, 2)
        try HDF5Library.$trustsFiles.withValue(true) { try withFile(path("a.h5")) { _ in } }
        XCTAssertEqual(trials.withLock { $0.tried.count }, 2)
    }
}
