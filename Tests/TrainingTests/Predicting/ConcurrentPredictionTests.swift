import AllocationCounter
import Networks
import RunSupport
import TestSupport
import Workers
import XCTest

@testable import Training

final class ConcurrentPredictionTests: RunTestCase {
    /// Large enough for a team of workers to be woken for a hundred samples.
    private func largeCase() -> PredictionCase {
        var large = PredictionCase.mlp()
        large.network = Network {
            Linear(512)
            ReLU()
            Linear(512)
            ReLU()
            Linear(5)
        }
        return large
    }

    func testManyThreadsAtOnceGetTheSameBits() throws {
        let trained = try train(largeCase(), steps: 2)
        let model = try TrainedModel(trained.checkpoint, workers: .exactly(3))
        let samples = trained.samples
        let expected = try model.predict(samples)
        let file = path("threads.h5")
        let failures = Locked(0)
        let threads = (0..<8).map { number in
            Thread {
                var wrong = 0
                for turn in 0..<24 {
                    let size = [1, 150, 3, 9, 130, 1, 150, 40][(number + turn) % 8]
                    let part = try? model.predict(Array(samples[(150 - size)...]))
                    if part?.outputs != Array(expected.outputs[((150 - size) * 5)...]) { wrong += 1 }
                    let one = (turn * 13 + number) % 150
                    if (try? model.predict(samples[one])) != expected[one] { wrong += 1 }
                }
                // Through a file too, one call after the other.
                if (try? model.predict(output: "\(file)-\(number)")) == nil { wrong += 1 }
                failures.withLock { $0 += wrong }
            }
        }
        for thread in threads { thread.start() }
        while threads.contains(where: { !$0.isFinished }) { usleep(1000) }
        XCTAssertEqual(failures.withLock { $0 }, 0)
    }

    func testAModelIsSentFromTaskToTask() async throws {
        let trained = try train(.mlp(), steps: 2)
        let model = try TrainedModel(trained.checkpoint)
        let expected = try model.predict(trained.samples)
        let samples = trained.samples
        let answers = try await withThrowingTaskGroup(of: (Int, Prediction).self) { group in
            for index in samples.indices { group.addTask { (index, try model.predict(samples[index])) } }
            return try await group.reduce(into: [Int: Prediction]()) { $0[$1.0] = $1.1 }
        }
        for index in samples.indices { XCTAssertEqual(answers[index], expected[index]) }
    }

    func testNothingIsAllocatedButTheAnswer() throws {
        try XCTSkipUnless(allocation_counter_is_available(), "a sanitizer has the allocator")
        for (some, arrays) in [
            (PredictionCase.mlp(), 2), (.images(normalizesBatches: true), 2), (.regression(), 1),
        ] {
            let trained = try train(some, steps: 1)
            let model = try TrainedModel(trained.checkpoint, workers: .exactly(1))
            let sample = trained.samples[0]
            let few = Array(trained.samples[..<100])
            for _ in 0..<3 {
                _ = try model.predict(sample)
                _ = try model.predict(few)
            }
            var before = allocation_count()
            for _ in 0..<10 { _ = try model.predict(sample) }
            XCTAssertEqual(allocation_count() - before, 10 * arrays, some.name)
            before = allocation_count()
            for _ in 0..<10 { _ = try model.predict(few) }
            XCTAssertEqual(
                allocation_count() - before, 10 * (arrays + (some.loss.isClassification ? 1 : 0)), some.name)
        }
    }
}
