import Foundation

/// A direction of a chart: which values it shows, and where.
struct Axis {
    enum Scale { case linear, binaryLogarithm }

    let label: String
    let scale: Scale
    let values: ClosedRange<Double>
    let ticks: [Double]
    /// What stands at a tick.
    let format: (Double) -> String

    /// An axis of powers of two, among them 1 and 2, around all values above 0.
    static func powersOfTwo(_ label: String, from least: Double = 1, upTo greatest: Double) -> Axis {
        let exponents = min(0, Int(log2(least).rounded(.down)))...max(1, Int(log2(greatest).rounded(.up)))
        let ticks = exponents.map { exp2(Double($0)) }
        return Axis(label: label, scale: .binaryLogarithm, values: ticks[0]...ticks.last!, ticks: ticks) {
            String(format: "%g", $0)
        }
    }

    /// An axis of shares from 0, in percent.
    static func percent(_ label: String, upTo greatest: Double = 1) -> Axis {
        let top = max(1, (greatest * 5).rounded(.up) / 5)
        let ticks = Array(stride(from: 0, through: top + 1e-9, by: 0.2))
        return Axis(label: label, scale: .linear, values: 0...top, ticks: ticks) { "\(Int(($0 * 100).rounded()))%" }
    }

    /// An axis of powers of ten. Its ends are values themselves, and ticks the powers between.
    static func powersOfTen(_ label: String, from least: Double, to greatest: Double) -> Axis {
        let first = Int(log10(least * 0.999).rounded(.up))
        let exponents = first...max(first, Int(log10(greatest * 1.001).rounded(.down)))
        let ticks = exponents.map { pow(10, Double($0)) }.filter { $0 >= least * 0.999 && $0 <= greatest * 1.001 }
        return Axis(label: label, scale: .binaryLogarithm, values: least...greatest, ticks: ticks) {
            (-3...3).contains(log10($0).rounded()) ? String(format: "%g", $0) : String(format: "1e%.0f", log10($0))
        }
    }

    /// A linear axis with about five round ticks.
    static func around(_ label: String, from least: Double, to greatest: Double) -> Axis {
        let rough = (greatest - least) / 5
        let power = pow(10, log10(rough).rounded(.down))
        let unit = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough } ?? rough
        let ticks = Array(stride(from: (least / unit).rounded(.up) * unit, through: greatest, by: unit))
        return Axis(label: label, scale: .linear, values: least...greatest, ticks: ticks) { String(format: "%g", $0) }
    }

    /// Where a value lies, as a share of the axis's length.
    func position(_ value: Double) -> Double {
        switch scale {
        case .linear: (value - values.lowerBound) / (values.upperBound - values.lowerBound)
        case .binaryLogarithm: log2(value / values.lowerBound) / log2(values.upperBound / values.lowerBound)
        }
    }
}
