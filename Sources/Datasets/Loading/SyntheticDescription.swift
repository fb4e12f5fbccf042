import StrictCoding

/// A made-up data set, for benchmarks and tests: `{synthetic: {inputs: [784], classes: 10, samples: 60000}}`.
///
/// Inputs are bytes, half of them a pattern of the sample's class and half noise, so that a network learns something;
/// classes are drawn at random. Everything is a pure function of the description by Philox4x32-10.
///
/// | key | meaning | default |
/// | --- | --- | --- |
/// | `inputs` | shape of a sample | |
/// | `classes` | number of classes | |
/// | `samples` | samples in the train split | |
/// | `validation`, `test` | samples in these splits | 0 |
/// | `seed` | another seed, another data set | 0 |
public struct SyntheticDescription: Equatable, Sendable {
    public var inputs: [Int]
    public var classes: Int
    public var samples: Int
    public var validation: Int
    public var test: Int
    public var seed: UInt64

    public init(
        inputs: [Int], classes: Int, samples: Int, validation: Int = 0, test: Int = 0, seed: UInt64 = 0
    ) {
        self.inputs = inputs
        self.classes = classes
        self.samples = samples
        self.validation = validation
        self.test = test
        self.seed = seed
    }

    var problem: String? {
        guard !inputs.isEmpty, inputs.allSatisfy({ $0 > 0 }) else {
            return "synthetic inputs must be a shape such as [784], found \(inputs)"
        }
        guard classes > 0, classes <= Int(Int32.max) else {
            return "synthetic classes must be positive, found \(classes)"
        }
        guard samples > 0 else { return "synthetic samples must be positive, found \(samples)" }
        guard validation >= 0, test >= 0 else { return "synthetic validation and test must not be negative" }
        guard max(samples, validation, test) <= Int(Int32.max) else {
            return "a synthetic split has at most \(Int32.max) samples"
        }
        var total = max(samples, validation, test, classes)
        for length in inputs {
            let product = total.multipliedReportingOverflow(by: length)
            guard !product.overflow, product.partialValue <= 1 << 40 else {
                return "synthetic samples of shape \(inputs) take more than a terabyte"
            }
            total = product.partialValue
        }
        return nil
    }
}

extension SyntheticDescription: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable { case inputs, classes, samples, validation, test, seed }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.strictContainer(keyedBy: CodingKeys.self)
        self.init(
            inputs: try container.value([Int].self, forKey: .inputs),
            classes: try container.value(Int.self, forKey: .classes),
            samples: try container.value(Int.self, forKey: .samples),
            validation: try container.valueIfPresent(Int.self, forKey: .validation) ?? 0,
            test: try container.valueIfPresent(Int.self, forKey: .test) ?? 0,
            seed: try container.valueIfPresent(UInt64.self, forKey: .seed) ?? 0)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(inputs, forKey: .inputs)
        try container.encode(classes, forKey: .classes)
        try container.encode(samples, forKey: .samples)
        if validation != 0 { try container.encode(validation, forKey: .validation) }
        if test != 0 { try container.encode(test, forKey: .test) }
        if seed != 0 { try container.encode(seed, forKey: .seed) }
    }
}
