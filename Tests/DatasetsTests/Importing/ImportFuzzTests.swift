import Datasets
import Foundation
import TestSupport
import XCTest

/// Damaged files of every format: an import succeeds or throws a `DatasetError`, and never crashes or hangs.
final class ImportFuzzTests: HDF5TestCase {
    /// Imports `variants` of a file, each damaged by flipped, overwritten, removed or repeated bytes.
    private func fuzz(
        _ original: Data, variants: Int, seed: UInt64, _ read: (String) throws -> ImportedDataset
    ) throws {
        var random = SplitMix(state: seed)
        let file = path("fuzzed")
        var refused = 0
        for _ in 0..<variants {
            var bytes = [UInt8](original)
            for _ in 0..<Int.random(in: 1...4, using: &random) { damage(&bytes, &random) }
            try Data(bytes).write(to: URL(fileURLWithPath: file))
            do {
                _ = try read(file)
            } catch {
                XCTAssert(error is DatasetError, "\(type(of: error)): \(error)")
                refused += 1
            }
        }
        XCTAssertGreaterThan(refused, variants / 10, "the damage reached the reader")
    }

    private func damage(_ bytes: inout [UInt8], _ random: inout SplitMix) {
        guard !bytes.isEmpty else { return }
        // Headers are at both ends: most of the damage goes there.
        let index =
            switch Int.random(in: 0..<4, using: &random) {
            case 0: Int.random(in: 0..<min(bytes.count, 128), using: &random)
            case 1: Int.random(in: max(0, bytes.count - 300)..<bytes.count, using: &random)
            default: Int.random(in: bytes.indices, using: &random)
            }
        switch Int.random(in: 0..<6, using: &random) {
        case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes[index] = [0, 0xFF, 0x7F, 0x80, 0x0A, 0x22].randomElement(using: &random)!
        case 2: bytes.removeSubrange(index...)
        case 3: bytes.remove(at: index)
        case 4: for at in index..<min(index + 8, bytes.count) { bytes[at] = 0xFF }
        default: bytes.insert(contentsOf: bytes[index..<min(index + 16, bytes.count)], at: index)
        }
    }

    func testIDX() throws {
        var data = Data([0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0, 2])
        data.append(contentsOf: (0..<24).map { UInt8($0) })
        let labels = path("labels")
        try Data([0, 0, 8, 1, 0, 0, 0, 4, 0, 1, 2, 3]).write(to: URL(fileURLWithPath: labels))
        try fuzz(data, variants: 1000, seed: 1) { try .idx(IDXFiles(trainInputs: $0, trainTargets: labels)) }
        let compressed = path("a.gz")
        try data.write(to: URL(fileURLWithPath: path("a")))
        try python(
            "import gzip; open(sys.argv[2], 'wb').write(gzip.compress(open(sys.argv[1], 'rb').read()))", path("a"),
            compressed)
        try fuzz(try Data(contentsOf: URL(fileURLWithPath: compressed)), variants: 1000, seed: 2) {
            try .idx(IDXFiles(trainInputs: $0, trainTargets: labels))
        }
    }

    func testCIFAR10() throws {
        let records = (0..<4).map { row in [UInt8(row)] + (0..<3072).map { UInt8(truncatingIfNeeded: $0 * (row + 1)) } }
        try fuzz(Data(records.joined()), variants: 300, seed: 7) { try .cifar10(CIFAR10Files(train: [$0])) }
        let (batch, names) = (path("a.bin"), path("batches.meta.txt"))
        try Data(records.joined()).write(to: URL(fileURLWithPath: batch))
        let lines = Data((0..<10).map { "class \($0)\n" }.joined().utf8)
        try fuzz(lines, variants: 300, seed: 8) { file in
            try? FileManager.default.removeItem(atPath: names)
            try FileManager.default.copyItem(atPath: file, toPath: names)
            return try .cifar10(CIFAR10Files(train: [batch]))
        }
    }

    func testNPYAndNPZ() throws {
        try python(
            """
            a, b = np.arange(24, dtype='f4').reshape(4, 3, 2), np.arange(4)
            np.save(sys.argv[1] + '/x.npy', np.asfortranarray(a)); np.save(sys.argv[1] + '/y.npy', b)
            np.savez(sys.argv[1] + '/s.npz', x_train=a, y_train=b)
            np.savez_compressed(sys.argv[1] + '/d.npz', x_train=a, y_train=b)
            """, directory)
        func data(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path(name))) }
        let targets = path("y.npy")
        try fuzz(try data("x.npy"), variants: 1000, seed: 3) { try .npy(inputs: $0, targets: targets) }
        try fuzz(try data("s.npz"), variants: 1000, seed: 4) { try .npz($0) }
        try fuzz(try data("d.npz"), variants: 1000, seed: 5) { try .npz($0) }
    }

    func testCSV() throws {
        let rows = (0..<40).map { "\($0 * 3).5,-\($0)e2,\"c\($0 % 3)\"\r\n" }
        try fuzz(Data(("a,b,\"kind, of\"\r\n" + rows.joined()).utf8), variants: 1000, seed: 6) { try .csv($0) }
    }
}

/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
