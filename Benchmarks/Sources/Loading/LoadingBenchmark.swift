import ArgumentParser
import Datasets
import HDF5

/// What it costs that data is compressed, and larger than the memory for it.
///
///     lockstep import fashion-mnist
///     lockstep convert $(printf 'datasets/fashion-mnist.h5 %.0s' {1..12}) --output large.h5 --compress 4
///     swift run -c release lockstep-benchmarks loading read large.h5
///     swift run -c release lockstep-benchmarks loading train large.h5 --data-memory 64MiB
///     swift run -c release lockstep-benchmarks loading train large.h5 --data-memory 64MiB --streamed-only
struct LoadingBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loading", abstract: "Times reading and training on compressed data.",
        subcommands: [Read.self, TrainStreamed.self])
}

/// Reading all inputs of the train split through the library, and by chunks on several threads.
struct Read: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Times H5Dread and raw chunks.")

    @Argument(help: "Data set in chunks of whole rows.")
    var file: String

    @Option(help: "How often; the best of them counts.")
    var rounds = 3

    mutating func validate() throws {
        guard rounds > 0 else { throw ValidationError("--rounds: expected at least 1, found \(rounds)") }
    }

    func run() throws {
        let file = try HDF5File(reading: file)
        let dataset = try file.root.dataset("x_train")
        let measurement = try ReadMeasurement(dataset)
        var best: [String: (wall: Double, processor: Double)] = [:]
        let ways = ["H5Dread", "chunks, 1 thread", "chunks, 2 threads"]
        for _ in 0..<rounds {
            for (way, threads) in zip(ways, [nil, 1, 2]) {
                let speed = try measurement.speed(threads: threads)
                let before = best[way] ?? speed
                best[way] = (max(before.wall, speed.wall), max(before.processor, speed.processor))
            }
        }
        for way in ways {
            let speed = best[way]!
            print(
                "\(way): \(Int(speed.wall / 1e6)) MB/s, \(rounded(speed.wall / best[ways[0]]!.wall)) times H5Dread; "
                    + "\(Int(speed.processor / 1e6)) MB a second of processor time")
        }
        try file.close()
    }
}

/// Training steps of a perceptron on data that is streamed, beside the same in memory.
struct TrainStreamed: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Times steps of 784-512-256-10 at batch 4096, streamed and in memory in turn.")

    @Argument(help: "Data set of samples of 784 numbers in ten classes.")
    var file: String

    @Option(help: "Memory for data.", transform: { DataMemory.bytes($0) ?? 0 })
    var dataMemory = 64 << 20

    @Option(help: "Threads that read and decompress.")
    var loadingThreads: Int?

    @Option(help: "Turns of 20 steps each.")
    var turns = 6

    @Flag(help: "Leave out training in memory, to see the peak of memory without it.")
    var streamedOnly = false

    mutating func validate() throws {
        guard dataMemory > 0, turns > 0, loadingThreads ?? 1 > 0 else {
            throw ValidationError("expected a size such as 64MiB, and numbers above 0")
        }
    }

    func run() throws {
        let streamed = try TrainingTurns(file, LoadingOptions(memory: dataMemory, threads: loadingThreads))
        guard streamed.isStreamed else {
            throw ValidationError("--data-memory: the data fits; expected less memory")
        }
        let resident = try streamedOnly ? nil : TrainingTurns(file, LoadingOptions(memory: .max))
        for _ in 0..<turns {
            try streamed.takeSteps(20)
            try resident?.takeSteps(20)
        }
        if let resident {
            let share = resident.medianStep / streamed.medianStep
            print("in memory: \(rounded(resident.medianStep * 1e3)) ms a step")
            print("streamed:  \(rounded(streamed.medianStep * 1e3)) ms a step, \(rounded(share * 100))% of the speed")
            let means = resident.meanStep / streamed.meanStep
            print("of means:  \(rounded(means * 100))%")
        } else {
            print("streamed:  \(rounded(streamed.medianStep * 1e3)) ms a step")
        }
        print("peak memory of the process: \(peakMemory >> 20) MiB, for data \(dataMemory >> 20) MiB")
    }
}

/// Three significant digits are enough.
func rounded(_ value: Double) -> String {
    let tenths = (value * 100).rounded() / 100
    return "\(tenths)"
}
