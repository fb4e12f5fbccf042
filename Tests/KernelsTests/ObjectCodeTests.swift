import XCTest

#if arch(x86_64)
    /// Guards of the one hazard in compiling the same bodies for several instruction sets: code of one of them that
    /// runs on a machine, or in a table, that it was not compiled for.
    final class ObjectCodeTests: XCTestCase {
        private let instructionSetModules = ["KernelsAVX2", "KernelsAVX512"]

        /// The linker keeps one of several weak functions of a name, whichever it meets first. One that an
        /// instruction-set module shares with any other module must therefore be free of that module's instructions.
        func testNoWeakFunctionWithVectorInstructionsIsSharedBetweenModules() throws {
            for module in instructionSetModules {
                let code = try ObjectCode(module: module)
                let others = try ObjectCode.weakSymbols(except: module)
                XCTAssertGreaterThan(others.count, 100, "the search for weak symbols found too few")
                for function in code.functionsWithVectorExtensions where code.weakSymbols.contains(function) {
                    XCTAssertFalse(
                        others.contains(function), "\(module) shares \(function), which has vector instructions")
                }
            }
        }

        func testEachModuleUsesTheRegistersOfItsInstructionSetOnly() throws {
            let avx512 = try ObjectCode(module: "KernelsAVX512")
            XCTAssertGreaterThan(avx512.count(of: "%zmm"), 1000)
            let avx2 = try ObjectCode(module: "KernelsAVX2")
            XCTAssertGreaterThan(avx2.count(of: "%ymm"), 1000)
            XCTAssertEqual(avx2.count(of: "%zmm"), 0)
            for module in ["KernelBodies", "Kernels", "KernelShapes"] {
                let portable = try ObjectCode(module: module)
                XCTAssertGreaterThan(portable.count(of: "%xmm"), 100)
                XCTAssertEqual(portable.functionsWithVectorExtensions, [], module)
            }
        }

        /// A call out of the module would run code compiled without its instructions: correct, and slow.
        func testInstructionSetModulesCallNothingOfOurs() throws {
            let allowed: Set = ["memcpy", "memmove", "memset", "sqrtf"]
            let onceAProcess = ["CacheSizes", "BlockSizes"]
            for module in instructionSetModules {
                let strange = try ObjectCode(module: module).callees.filter { symbol in
                    !allowed.contains(symbol) && !onceAProcess.contains(where: symbol.contains)
                        && !["swift_", "__stack_chk_", "__asan_", "__tsan_"].contains(where: symbol.hasPrefix)
                }
                XCTAssertEqual(strange, [], module)
            }
        }

        /// A tile whose registers the compiler cannot tell apart lives in memory: each multiply-add is then followed by
        /// a store, at half the speed and with the same bits.
        func testTheTilesOfTheMatrixProductStayInRegisters() throws {
            try XCTSkipIf(
                instructionSetModules.contains { module in
                    try ObjectCode(module: module).callees.contains {
                        $0.hasPrefix("__asan_") || $0.hasPrefix("__tsan_")
                    }
                }, "a sanitizer looks at every access, and leaves no register for the tile")
            for module in instructionSetModules {
                let tiles = try ObjectCode(module: module).functions.filter { name, _ in
                    name.contains("InstructionSetPAAE7compute")
                }
                // Three shapes for matrices, two for patches by full columns, two by half, and two by 8 where that is
                // less.
                XCTAssertEqual(tiles.count, module == "KernelsAVX2" ? 7 : 9, "\(module): \(tiles.keys)")
                for (name, instructions) in tiles {
                    let lines = instructions.map { String(decoding: $0, as: UTF8.self) }
                    let products = lines.indices.filter { lines[$0].starts(with: "vfmadd") }
                    XCTAssertGreaterThanOrEqual(products.count, 12, name)
                    let stores = products.filter { index in
                        index + 1 < lines.count && lines[index + 1].starts(with: "vmov")
                            && lines[index + 1].hasSuffix(")")
                    }
                    XCTAssertEqual(stores.count, 0, "\(module): \(name)")
                }
            }
        }

        func testMultiplyAddsAreInstructionsInInstructionSetModules() throws {
            for module in instructionSetModules {
                let code = try ObjectCode(module: module)
                XCTAssertGreaterThan(code.count(of: "vfmadd"), 300, module)
                XCTAssertFalse(code.callees.contains("fmaf"), module)
            }
            XCTAssert(try ObjectCode(module: "Kernels").callees.contains("fmaf"))
        }
    }
#endif
