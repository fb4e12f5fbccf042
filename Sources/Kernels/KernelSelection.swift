import CSystem
@_exported import KernelBodies

#if arch(x86_64)
    import KernelsAVX2
    import KernelsAVX512
#elseif arch(arm64)
    import KernelsNEON
#endif

/// The environment variable that forces an instruction set.
package let instructionSetVariable = "LOCKSTEP_INSTRUCTION_SET"

/// The tables this machine can run, the best first. The last one, "portable", runs anywhere.
public func availableKernels() -> [any KernelTable.Type] {
    var tables: [any KernelTable.Type] = []
    #if arch(x86_64)
        if lockstep_cpu_has_avx512() { tables.append(AVX512.self) }
        if lockstep_cpu_has_avx2() { tables.append(AVX2.self) }
    #elseif arch(arm64)
        tables.append(NEON.self)
    #endif
    return tables + [Portable.self]
}

/// The best table, or the one that `LOCKSTEP_INSTRUCTION_SET` names in `environment`.
///
/// - Throws: `UnavailableInstructionSet` if the variable names one that is unknown or that this machine lacks.
package func selectKernels(environment: [String: String]) throws -> any KernelTable.Type {
    let available = availableKernels()
    guard let name = environment[instructionSetVariable], !name.isEmpty else { return available[0] }
    guard let kernels = available.first(where: { $0.name == name }) else {
        throw UnavailableInstructionSet(name: name, available: available.map { $0.name })
    }
    return kernels
}

/// What to tell a user who is about to train with `kernels`, or nil if they run at full speed.
package func performanceNote(for kernels: any KernelTable.Type) -> String? {
    #if arch(x86_64)
        guard kernels.name == Portable.name else { return nil }
        let remedy =
            availableKernels().count > 1
            ? "unset \(instructionSetVariable) to use \(availableKernels()[0].name)"
            : "this processor has neither AVX2 with FMA nor AVX-512"
        return "portable kernels compute every fused multiply-add in software, about 100 times slower; \(remedy)"
    #else
        return nil
    #endif
}

/// `LOCKSTEP_INSTRUCTION_SET` asks for what is not there.
public struct UnavailableInstructionSet: Error, Equatable, CustomStringConvertible {
    public let name: String
    public let available: [String]

    public var description: String {
        "\(instructionSetVariable)=\(name): this machine offers \(available.joined(separator: ", ")). "
            + "Set it to one of these, or unset it to take the best."
    }
}
