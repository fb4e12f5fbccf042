import Kernels
import XCTest

final class NormalizationTests: XCTestCase {
    private let shapes: [(images: Int, pixels: Int, channels: Int)] = [
        (1, 1, 1), (2, 3, 5), (3, 4, 16), (2, 17, 33), (1, 64, 8), (5, 6, 47), (0, 3, 4),
    ]

    func testEveryKernelEqualsTheReference() {
        var numbers = TestNumbers()
        for (images, pixels, channels) in shapes {
            let count = images * pixels * channels
            let (x, dy) = (numbers.floats(count), numbers.floats(count))
            let (moments, batch) = (numbers.floats(images * 2 * channels), numbers.floats(2 * channels))
            let (scale, offset) = (numbers.floats(channels), numbers.floats(channels))
            let expected = [moments, batch, offset, x, x, moments, dy, batch]
            assertEqualsReference("\(images) × \(pixels) × \(channels)", expected) { kernels, out in
                kernels.channelMoments(x, images: images, pixels: pixels, channels: channels, into: out[0])
                kernels.batchMoments(out[0], images: images, pixels: pixels, channels: channels, into: out[1])
                kernels.inverseDeviations(
                    out[1] + channels, factor: 1 / Float(images * pixels), epsilon: 1e-5, count: channels, into: out[2])
                scale.withUnsafeBufferPointer { scale in
                    offset.withUnsafeBufferPointer { offset in
                        let by = ChannelNormalization(
                            mean: out[1], inverse: out[2], scale: scale.baseAddress!, offset: offset.baseAddress!)
                        let rows = images * pixels
                        kernels.normalize(
                            x, adding: nil, into: out[3], rows: rows, channels: channels, by: by, activation: .relu)
                        kernels.normalize(
                            x, adding: dy, into: out[4], rows: rows, channels: channels, by: by, activation: .tanh)
                        kernels.normalizationSums(
                            x: x, dy: dy, images: images, pixels: pixels, channels: channels, by: by, into: out[5])
                        kernels.groupSums(
                            batch, scale: scale.baseAddress!, channels: channels, groups: channels, into: out[7])
                        // In place, as a plan does it.
                        kernels.normalizationGradient(
                            x: x, dy: out[6], into: out[6], rows: rows, channels: channels, by: by, sums: out[7],
                            share: 1 / Float(max(rows, 1)))
                    }
                }
            }
        }
    }

    func testGroupsOfEveryWidthEqualTheReference() {
        var numbers = TestNumbers(seed: 11)
        for (width, groups) in [(1, 5), (3, 4), (8, 2), (16, 3), (17, 2), (50, 1)] {
            let channels = width * groups
            let (moments, scale) = (numbers.floats(2 * channels), numbers.floats(channels))
            assertEqualsReference("\(groups) × \(width)", [moments, moments]) { kernels, out in
                kernels.groupMoments(out[0], pixels: 7, channels: channels, groups: groups)
                kernels.groupSums(moments, scale: scale, channels: channels, groups: groups, into: out[1])
            }
        }
    }

    func testAGroupHasTheMomentsOfAllItsNumbers() {
        var numbers = TestNumbers(seed: 13)
        let (pixels, channels, groups) = (6, 12, 3)
        let x = numbers.floats(pixels * channels)
        for kernels in testedKernels {
            var moments = [Float](repeating: 0, count: 2 * channels)
            kernels.channelMoments(x, images: 1, pixels: pixels, channels: channels, into: &moments)
            kernels.groupMoments(&moments, pixels: pixels, channels: channels, groups: groups)
            for c in 0..<channels {
                let group = x.indices.filter { $0 % channels / 4 == c / 4 }.map { Double(x[$0]) }
                let mean = group.reduce(0, +) / Double(group.count)
                XCTAssertEqual(Double(moments[c]), mean, accuracy: 1e-6, kernels.name)
                XCTAssertEqual(
                    Double(moments[channels + c]), group.reduce(0) { $0 + ($1 - mean) * ($1 - mean) },
                    accuracy: 1e-4, kernels.name)
            }
        }
    }

    func testMomentsOfNumbersFarFromZeroAreGood() {
        var numbers = TestNumbers(seed: 7)
        let (images, pixels) = (4, 1000)
        let x = numbers.floats(images * pixels).map { $0 + 10_000 }
        let mean = x.reduce(0.0) { $0 + Double($1) } / Double(x.count)
        let squares = x.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
        for kernels in testedKernels {
            var (moments, batch) = ([Float](repeating: 0, count: 2 * images), [Float](repeating: 0, count: 2))
            kernels.channelMoments(x, images: images, pixels: pixels, channels: 1, into: &moments)
            kernels.batchMoments(moments, images: images, pixels: pixels, channels: 1, into: &batch)
            XCTAssertEqual(Double(batch[0]), mean, accuracy: 0.002, kernels.name)
            XCTAssertEqual(Double(batch[1]), squares, accuracy: squares * 1e-4, kernels.name)
        }
    }
}
