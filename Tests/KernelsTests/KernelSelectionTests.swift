import Kernels
import XCTest

final class KernelSelectionTests: XCTestCase {
    func testTheBestAvailableKernelsAreSelected() throws {
        XCTAssertEqual(try selectKernels(environment: [:]).name, availableKernels()[0].name)
        XCTAssertEqual(try selectKernels(environment: [instructionSetVariable: ""]).name, availableKernels()[0].name)
    }

    func testTheEnvironmentForcesEachAvailableInstructionSet() throws {
        for kernels in availableKernels() {
            XCTAssertEqual(
                try selectKernels(environment: ["LOCKSTEP_INSTRUCTION_SET": kernels.name]).name, kernels.name)
        }
    }

    func testPortableKernelsAreAlwaysThereAndLast() {
        XCTAssertEqual(availableKernels().last?.name, "portable")
    }

    func testAnUnavailableInstructionSetIsAnErrorThatListsWhatIsThere() {
        XCTAssertThrowsError(try selectKernels(environment: ["LOCKSTEP_INSTRUCTION_SET": "avx1024"])) { error in
            let message = String(describing: error)
            XCTAssert(message.contains("LOCKSTEP_INSTRUCTION_SET=avx1024"), message)
            for kernels in availableKernels() { XCTAssert(message.contains(kernels.name), message) }
        }
    }

    /// The kernel of Linux and the selection must see the same processor.
    func testTheSelectionAgreesWithTheProcessorsFlags() throws {
        #if arch(x86_64)
            let flags =
                try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
                .split(separator: "\n").first { $0.hasPrefix("flags") }.map { Set($0.split(separator: " ")) } ?? []
            let names = availableKernels().map { $0.name }
            XCTAssertEqual(names.contains("avx2"), flags.isSuperset(of: ["avx2", "fma", "f16c"]))
            XCTAssertEqual(
                names.contains("avx512"),
                flags.isSuperset(of: ["avx512f", "avx512bw", "avx512dq", "avx512vl", "avx2", "fma"]))
        #elseif arch(arm64)
            XCTAssertEqual(availableKernels()[0].name, "neon")
        #endif
    }

    func testOnlySoftwareMultiplyAddsAreRemarkedOn() {
        for kernels in availableKernels() {
            #if arch(x86_64)
                XCTAssertEqual(performanceNote(for: kernels) != nil, kernels.name == "portable")
            #else
                XCTAssertNil(performanceNote(for: kernels))
            #endif
        }
    }
}
