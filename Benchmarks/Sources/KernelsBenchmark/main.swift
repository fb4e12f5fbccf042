// Measures the kernels of one instruction set against the limits of the machine, in the same run.
//
//     swift run -c release --package-path Benchmarks kernels-benchmark
//
// LOCKSTEP_INSTRUCTION_SET chooses the instruction set, as in the program itself.
import Foundation
import Kernels

let kernels: any KernelTable.Type
do {
    kernels = try selectKernels(environment: ProcessInfo.processInfo.environment)
} catch {
    FileHandle.standardError.write(Data("kernels-benchmark: \(error)\n".utf8))
    exit(1)
}
guard let machine = Machine(kernels) else {
    FileHandle.standardError.write(
        Data("kernels-benchmark: \(kernels.name) kernels have no peak to compare with\n".utf8))
    exit(1)
}
print(
    "\(kernels.name): peak \(formatted(machine.peak, width: 0, decimals: 1)) GFLOP/s, memory",
    "\(formatted(machine.memoryBandwidth, width: 0, decimals: 1)) GB/s, one core")
Products(kernels: kernels, machine: machine).run()
Streams(kernels: kernels).run()
