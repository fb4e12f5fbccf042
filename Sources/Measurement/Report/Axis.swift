import Foundation

/// One direction of a chart: which values it shows, and where.
struct Axis {
    enum Scale { case linear, binaryLogarithm }

    let label: String
    let scale: Scale
    let values: ClosedRange<Double>
    let ticks: [Double]
    /// What stands at a tick.
    let format: (Double) -> String

    /// An axis of powers of two around values of 1 and more.
    static func powersOfTwo(_ label: String, upTo greatest: Double) -> Axis {
        let exponents = 0...max(1, Int(log2(greatest).rounded(.up)))
        let ticks = exponents.map { Double(1 << $0) }
        return Axis(label: label, scale: .binaryLogarithm, values: 1...ticks.last!, ticks: ticks) { "\(Int($0))" }
    }

    /// An axis of shares from 0, in percent.
    static func percent(_ label: String, upTo greatest: Double = 1) -> Axis {
        let top = max(1, (greatest * 5).rounded(.up) / 5)
        let ticks = Array(stride(from: 0, through: top + 1e-9, by: 0.2))
        return Axis(label: label, scale: .linear, values: 0...top, ticks: ticks) { "\(Int(($0 * 100).rounded()))%" }
    }

    /// Where a value lies, as a share of the axis's length.
    func position(_ value: Double) -> Double {
        switch scale {
        case .linear: (value - values.lowerBound) / (values.upperBound - values.lowerBound)
        case .binaryLogarithm: log2(value / values.lowerBound) / log2(values.upperBound / values.lowerBound)
        }
    }
}
