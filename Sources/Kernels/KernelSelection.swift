@_exported import KernelBodies

/// The table of kernels everybody holds.
public typealias Kernels = any KernelTable.Type

/// The tables this machine can run, the best first. The last one runs anywhere.
public func availableKernels() -> [any KernelTable.Type] {
    [ReferenceKernels.self]
}

/// The name of the environment variable that forces an instruction set.
public let instructionSetVariable = "LOCKSTEP_INSTRUCTION_SET"

/// The best table, or the one that `LOCKSTEP_INSTRUCTION_SET` names in `environment`.
///
/// - Throws: `UnavailableInstructionSet` if the variable names one that is unknown or that this machine lacks.
public func selectKernels(environment: [String: String]) throws -> any KernelTable.Type {
    let available = availableKernels()
    guard let name = environment[instructionSetVariable], !name.isEmpty else { return available[0] }
    guard let kernels = available.first(where: { $0.name == name }) else {
        throw UnavailableInstructionSet(name: name, available: available.map { $0.name })
    }
    return kernels
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
