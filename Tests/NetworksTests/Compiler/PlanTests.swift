import Kernels
import TestSupport
import XCTest

@testable import Networks

final class PlanTests: XCTestCase {
    /// When a value's activation and its gradient hold something that is still needed: after the first time, up to the
    /// second. Found from what operations say they read and write alone.
    private struct Life {
        var activation: (written: Int, read: Int)
        var gradient: (written: Int, read: Int)?
    }

    private func lives(_ plan: Plan) -> [Life] {
        let end = plan.operations.count
        var lives = plan.widths.map { _ in Life(activation: (.max, .min), gradient: nil) }
        func write(_ id: Int, _ time: Int) { lives[id].activation.written = min(lives[id].activation.written, time) }
        func read(_ id: Int, _ time: Int) { lives[id].activation.read = max(lives[id].activation.read, time) }
        write(plan.input.id, -1)
        read(plan.output.id, end)
        for (index, operation) in plan.operations.enumerated() {
            (operation.writes + operation.notes).forEach { write($0, index) }
            operation.reads.forEach { read($0, index) }
            if plan.runsBackward[index] { operation.savedForBackward.forEach { read($0, 2 * end - index) } }
        }
        for id in plan.widths.indices where plan.gradientPlaces[id] != nil {
            let reader = plan.operations.firstIndex { $0.reads.contains(id) }
            let writer = plan.operations.firstIndex { $0.writes.contains(id) }!
            lives[id].gradient = (reader.map { 2 * end - $0 } ?? end, 2 * end - writer)
        }
        return lives
    }

    /// The floats of the arena that hold something written before `time` and needed then or later.
    private func livingFloats(_ plan: Plan, _ lives: [Life], at time: Int, capacity: Int, rows: Int) -> [Bool] {
        var alive = [Bool](repeating: false, count: plan.arena.bytes / 4 * capacity)
        func mark(_ place: Int, _ id: Int) {
            let start = plan.arena.offsets[place] / 4 * capacity
            for index in start..<start + plan.widths[id] * rows { alive[index] = true }
        }
        for (id, life) in lives.enumerated() {
            if life.activation.written < time, time <= life.activation.read { mark(plan.activationPlaces[id], id) }
            if let gradient = life.gradient, gradient.written < time, time <= gradient.read {
                mark(plan.gradientPlaces[id]!, id)
            }
        }
        return alive
    }

    private struct Example {
        let network: Network
        let width: Int
        let run: LayerRun
        let input: [Float]
        let upstream: [Float]
        let parameters: [String: [Float]]

        init(_ seed: UInt64, learnsInput: Bool = true, kernels: any KernelTable.Type = ReferenceKernels.self) throws {
            var random = SeededGenerator(seed: seed)
            width = Int.random(in: 1...20, using: &random)
            network = randomNetwork(width: width, &random)
            run = try LayerRun(
                network, inputShape: [width], rows: 3, learnsInput: learnsInput, kernels: kernels)
            input = random.floats(3 * width)
            upstream = random.floats(3 * run.plan.output.shape.count)
            parameters = run.randomParameters(&random)
        }
    }

    func testMemoryThatNothingClaimsToNeedMayHoldAnything() throws {
        for kernels in availableKernels() {
            for seed in 0..<150 {
                for learnsInput in [true, false] {
                    let example = try Example(UInt64(seed), learnsInput: learnsInput, kernels: kernels)
                    let plan = example.run.plan
                    let lives = lives(plan)
                    let plain = example.run.run(
                        input: example.input, outputGradient: example.upstream, parameters: example.parameters)
                    let poisoned = example.run.run(
                        input: example.input, outputGradient: example.upstream, parameters: example.parameters
                    ) { time, frame in
                        let alive = self.livingFloats(plan, lives, at: time, capacity: 3, rows: 3)
                        let arena = frame.arena.assumingMemoryBound(to: Float.self)
                        for (index, isAlive) in alive.enumerated() where !isAlive { arena[index] = .nan }
                    }
                    let name = "\(kernels.name) seed \(seed): \(example.network)"
                    XCTAssertTrue(plain.output.allSatisfy(\.isFinite), name)
                    assertSameBits(poisoned.output, plain.output, name)
                    assertSameBits(poisoned.inputGradient, plain.inputGradient, name)
                    for (parameter, gradient) in plain.gradients {
                        XCTAssertTrue(
                            plan.runsBackward.allSatisfy { !$0 } || gradient.allSatisfy(\.isFinite),
                            "\(name) \(parameter)")
                        assertSameBits(poisoned.gradients[parameter]!, gradient, "\(name) \(parameter)")
                    }
                }
            }
        }
    }

    func testNoTwoValuesAliveTogetherOverlap() throws {
        for seed in 0..<300 {
            let example = try Example(UInt64(seed))
            let plan = example.run.plan
            let lives = lives(plan)
            for time in -1...2 * plan.operations.count {
                // Places in use at that moment, written or read.
                var places: [Int: Int] = [:]
                for (id, life) in lives.enumerated() {
                    if life.activation.written <= time, time <= life.activation.read {
                        places[plan.activationPlaces[id]] = plan.widths[id]
                    }
                    if let gradient = life.gradient, gradient.written <= time, time <= gradient.read {
                        places[plan.gradientPlaces[id]!] = plan.widths[id]
                    }
                }
                let ranges = places.map { plan.arena.offsets[$0]..<plan.arena.offsets[$0] + 4 * $1 }
                    .sorted { $0.lowerBound < $1.lowerBound }
                for (first, second) in zip(ranges, ranges.dropFirst()) {
                    XCTAssertLessThanOrEqual(
                        first.upperBound, second.lowerBound, "seed \(seed) time \(time): \(example.network)")
                }
            }
        }
    }

    func testValuesShareAPlaceOnlyWhereOneIsMadeOfTheOther() throws {
        for seed in 0..<300 {
            let plan = try Example(UInt64(seed)).run.plan
            for (index, operation) in plan.operations.enumerated() {
                let isFork = operation is ForkOperation
                for (read, write) in operation.reads.flatMap({ read in operation.writes.map { (read, $0) } }) {
                    XCTAssertEqual(
                        plan.activationPlaces[read] == plan.activationPlaces[write], isFork, "seed \(seed) \(index)")
                }
            }
            let activations = Set(plan.activationPlaces)
            XCTAssertTrue(activations.isDisjoint(with: plan.gradientPlaces.compactMap { $0 }), "seed \(seed)")
        }
    }

    func testGradientsOfRandomNetworksMatchTheOracle() throws {
        for seed in 0..<150 {
            let example = try Example(UInt64(seed))
            let found = example.run.run(
                input: example.input, outputGradient: example.upstream, parameters: example.parameters)
            var oracle = Oracle(parameters: example.parameters.mapValues { $0.map(Double.init) })
            oracle.dropoutFactors = dropoutFactors(example.run)
            let x = example.input.map(Double.init)
            let output = oracle.output(of: example.network, x, shape: [example.width], rows: 3)
            assertClose(found.output, output, tolerance: 1e-5, "seed \(seed): \(example.network)")

            // The slope along one random direction of everything at once.
            var random = SeededGenerator(seed: UInt64(seed) + 1_000)
            let direction = random.floats(x.count)
            // In the order of names, not of a dictionary: else each process would draw other directions.
            let names = example.parameters.keys.sorted()
            let directions = Dictionary(
                uniqueKeysWithValues: names.map { ($0, random.floats(example.parameters[$0]!.count)) })
            let slope = centralDifferences([0]) { distance in
                var moved = oracle
                for (name, values) in oracle.parameters {
                    moved.parameters[name] = zip(values, directions[name]!).map { $0 + distance[0] * Double($1) }
                }
                let input = zip(x, direction).map { $0 + distance[0] * Double($1) }
                return dot(
                    moved.output(of: example.network, input, shape: [example.width], rows: 3), example.upstream)
            }[0]
            let expected = example.run.layout.parameters.map(\.name).reduce(
                dot(found.inputGradient.map(Double.init), direction)
            ) { $0 + dot(found.gradients[$1]!.map(Double.init), directions[$1]!) }
            XCTAssertEqual(expected, slope, accuracy: 3e-5 * (1 + abs(slope)), "seed \(seed): \(example.network)")
        }
    }

    func testInferenceComputesTheSameBitsWithoutDropout() throws {
        for kernels in availableKernels() {
            for seed in 0..<60 {
                var random = SeededGenerator(seed: UInt64(seed))
                let network = randomNetwork(width: 6, &random).withoutDropout
                let training = try LayerRun(network, inputShape: [6], rows: 4, learnsInput: false, kernels: kernels)
                let inference = try LayerRun(
                    network, inputShape: [6], rows: 4, mode: .inference, learnsInput: false, kernels: kernels)
                let input = random.floats(24)
                let upstream = [Float](repeating: 0, count: 4 * training.plan.output.shape.count)
                let parameters = training.randomParameters(&random)
                let outputs = [training, inference].map {
                    $0.run(input: input, outputGradient: upstream, parameters: parameters).output
                }
                assertSameBits(outputs[1], outputs[0], "\(kernels.name) seed \(seed)")
                XCTAssertTrue(inference.plan.gradientPlaces.allSatisfy { $0 == nil })
                XCTAssertLessThanOrEqual(inference.plan.arena.bytes, training.plan.arena.bytes)
            }
        }
    }

    func testWhatNothingLearnsBeforeHasNoBackwardPass() throws {
        let network = try CompiledNetwork(
            network: Network {
                Dropout(0.5)
                GELU()
                Linear(3)
                ReLU()
                GELU()
            }, loss: .meanSquaredError, inputShape: [2], targets: .values(width: 3))
        let plan = network.trainingPlan
        XCTAssertEqual(plan.runsBackward, [false, false, true, true])
        XCTAssertNil(plan.gradientPlaces[plan.input.id])
        XCTAssertEqual(
            plan.operations.map { plan.gradientPlaces[$0.output] == nil }, [true, true, false, false])
        XCTAssertFalse(network.inferencePlan.runsBackward.contains(true))
    }

    func testADeepNetworkReusesTheMemoryOfGradients() throws {
        let network = try CompiledNetwork(
            network: Network {
                for _ in 0..<20 {
                    Linear(16)
                    ReLU()
                }
            }, loss: .meanSquaredError, inputShape: [16], targets: .values(width: 16))
        // 21 activations are kept for the backward pass, and of the gradients no two but neighbors.
        XCTAssertLessThanOrEqual(network.trainingPlan.arena.bytes, (21 + 2) * 64)
        XCTAssertEqual(network.inferencePlan.arena.bytes, 2 * 64)
    }

    func testFirstNonFiniteValueIsFoundInOrder() throws {
        let run = try LayerRun(
            Network {
                Linear(2)
                ReLU()
                GELU()
            }, inputShape: [2], rows: 2, learnsInput: false, kernels: availableKernels()[0])
        func first(input: [Float], weight: Float, bias: Float = 0) -> Int? {
            let arena = WorkerArena(plan: run.plan, capacity: 2, kernels: run.kernels)
            let parameters = AlignedBuffer(count: run.layout.bufferCount)
            parameters.pointer.update(repeating: weight, count: 4)
            (parameters.pointer + run.layout.parameters[1].offset).update(repeating: bias, count: 2)
            let packed = PackedWeights(layout: run.layout, kernels: run.kernels, includesBackward: true)
            packed.refreshAll(run.layout, from: parameters.pointer)
            let frame = arena.frame(rows: 2, model: .init(parameters: parameters.pointer, packed: packed))
            frame.value(run.plan.input.id).update(from: input, count: 4)
            return run.plan.firstNonFiniteValue(frame)
        }
        XCTAssertNil(first(input: [1, 2, 3, 4], weight: 1))
        XCTAssertEqual(first(input: [1, 2, 3, .nan], weight: 1), 0)
        XCTAssertEqual(first(input: [1, 2, 3, -.infinity], weight: 1), 0)
        XCTAssertEqual(first(input: [1, 2, 3, 4], weight: 1, bias: .nan), 1)
        XCTAssertEqual(first(input: [1, 2, 3, 4], weight: 3e38), 1)
    }
}
