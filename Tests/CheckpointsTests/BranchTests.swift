import Checkpoints
import TestSupport
import XCTest

/// Where branches went on with batches of another size, in checkpoints.
final class BranchTests: HDF5TestCase {
    private func branched() -> Checkpoint {
        var checkpoint = Checkpoint.sample()
        checkpoint.progress.branches = [
            .init(step: 7, epoch: 0, samplesIntoEpoch: 56, batchSize: 8),
            .init(step: 900, epoch: 2, samplesIntoEpoch: 0, batchSize: 64),
        ]
        return checkpoint
    }

    func testBranchesAreReadBackAndMeanSomethingToTheDigest() throws {
        try branched().write(to: path("a.h5"))
        assertEqual(try Checkpoint.read(path("a.h5")), branched())
        try python("with h5py.File(sys.argv[1], 'r+') as f: f['state'].attrs['branch_steps'] = [8, 900]", path("a.h5"))
        assertRefuses(.damaged, "its digest is") { try Checkpoint.read(path("a.h5")) }
    }

    func testBranchesThatNoRunHasAreRefused() throws {
        let changes = [
            "a['branch_steps'] = [900, 7]", "a['branch_steps'] = [7, 7]", "a['branch_steps'] = [0, 900]",
            "a['branch_steps'] = [7, 1235]", "a['branch_epochs'] = [0, 4]", "a['branch_epochs'] = [2, 1]",
            "a['branch_samples_into_epoch'] = [-1, 0]", "a['branch_samples_into_epoch'] = [1 << 40, 0]",
            "a['branch_batch_sizes'] = [8, 0]", "a['branch_batch_sizes'] = [8, 1 << 62]", "a['branch_steps'] = [7]",
            "a['branch_batch_sizes'] = [8, 64, 9]", "del a['branch_epochs']",
        ]
        for index in changes.indices { try branched().write(to: path("\(index).h5")) }
        try python(
            """
            for index, change in enumerate(sys.argv[2].split("|")):
                with h5py.File(f'{sys.argv[1]}/{index}.h5', 'r+') as f:
                    exec(change, {'a': f['state'].attrs})
            """, directory, changes.joined(separator: "|"))
        for index in changes.indices {
            assertRefuses(.damaged, "the branches of /state are not steps of a run") {
                try Checkpoint.read(path("\(index).h5"))
            }
        }
    }

    func testASizeOfWhichNoBatchWasTrainedOnLeavesNoTrace() {
        var progress = Checkpoint.Progress()
        progress.changeBatchSize(from: 8)
        XCTAssertEqual(progress.branches, [])
        progress.step = 3
        progress.changeBatchSize(from: 8)
        progress.changeBatchSize(from: 64)
        XCTAssertEqual(progress.branches, [.init(step: 3, epoch: 0, samplesIntoEpoch: 0, batchSize: 8)])
    }
}
