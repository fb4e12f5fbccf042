import Checkpoints
import Kernels
import Networks
import StrictCoding

/// The parameters of a model by name, such as `linear1/weight`, in the order of the layers.
///
/// Running statistics of batch normalization (`batchNormalization1/mean`) are among them. What is read is a copy.
public struct ModelParameters: Sendable, RandomAccessCollection {
    private let model: Model

    init(_ model: Model) { self.model = model }

    private var layout: ParameterLayout { model.network.layout }

    public var startIndex: Int { 0 }
    public var endIndex: Int { layout.parameters.count }

    public subscript(index: Int) -> Checkpoint.Tensor {
        let parameter = layout.parameters[index]
        let values = UnsafeBufferPointer(
            start: model.parameters.pointer + parameter.offset, count: parameter.count)
        return Checkpoint.Tensor(
            name: parameter.name, shape: parameter.shape.dimensions, values: Array(values))
    }

    /// The parameter of a name; nil if there is none.
    public subscript(name: String) -> Checkpoint.Tensor? {
        layout.parameters.firstIndex { $0.name == name }.map { self[$0] }
    }

    public var names: [String] { layout.parameters.map(\.name) }
}

/// Why a parameter cannot be set.
public enum ParameterError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is none of that name.
    case unknown(name: String, nearest: String?)
    /// It has another number of elements.
    case wrongCount(name: String, shape: [Int], expected: Int, found: Int)
    /// A NaN or an infinity.
    case notFinite(name: String, index: Int, found: Float)

    public var description: String {
        switch self {
        case .unknown(let name, let nearest):
            "no parameter '\(name)'" + (nearest.map { "; did you mean '\($0)'?" } ?? "")
        case .wrongCount(let name, let shape, let expected, let found):
            "\(name): expected \(expected) numbers, of shape \(shape), found \(found)"
        case .notFinite(let name, let index, let found):
            "\(name): expected finite numbers, found \(found) in element \(index)"
        }
    }
}

extension TrainedModel {
    /// The parameters that it computes with: their moving average, if the checkpoint has one.
    ///
    ///     let weight = model.parameters["linear1/weight"]!     // .shape, .values, row-major
    public var parameters: ModelParameters { ModelParameters(model) }

    /// Puts other numbers in the place of parameters. Copies of the model, and calls on other threads, keep the old ones.
    ///
    /// - Parameter values: by name, row-major, of the shape that the parameter has. If one of them is wrong, none is set.
    /// - Throws: `ParameterError`.
    /// - Complexity: copies all parameters once; set several together.
    public mutating func setParameters(_ values: [String: [Float]]) throws(ParameterError) {
        let layout = model.network.layout
        var targets: [(Parameter, [Float])] = []
        for (name, numbers) in values.sorted(by: { $0.key < $1.key }) {
            guard let parameter = layout.parameters.first(where: { $0.name == name }) else {
                throw .unknown(name: name, nearest: nearest(name, among: layout.parameters.map(\.name)))
            }
            guard numbers.count == parameter.count else {
                throw .wrongCount(
                    name: name, shape: parameter.shape.dimensions, expected: parameter.count, found: numbers.count)
            }
            if let index = numbers.firstIndex(where: { !$0.isFinite }) {
                throw .notFinite(name: name, index: index, found: numbers[index])
            }
            targets.append((parameter, numbers))
        }
        replaceModel(
            Model(copying: model) { buffer in
                for (parameter, numbers) in targets {
                    (buffer + parameter.offset).update(from: numbers, count: numbers.count)
                }
            })
    }

    /// Puts other numbers in the place of one parameter; see `setParameters`.
    ///
    /// - Throws: `ParameterError`.
    public mutating func setParameter(_ name: String, to values: [Float]) throws(ParameterError) {
        try setParameters([name: values])
    }

    /// Writes a checkpoint with the parameters as they are, which `TrainedModel`, `lockstep evaluate`, `lockstep predict`
    /// and `lockstep train --initialize-from` read. It has no state of the optimizer.
    ///
    /// - Throws: `CheckpointError`: `.exists`, since files are never overwritten, or `.cannotWrite`.
    public func write(to path: String) throws {
        var written = checkpoint
        written.parameters = Array(parameters)
        written.writtenBy = .init(
            version: lockstepVersion, bitsVersion: bitsVersion, workers: predictor.workers,
            instructionSet: model.kernels.name)
        try written.write(to: path)
    }
}
