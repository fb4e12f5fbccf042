import Foundation

/// A number with so many decimals, for sentences.
func rounded(_ value: Double, _ decimals: Int) -> String { String(format: "%.\(decimals)f", value) }

/// `0.0634` as `6.3%`.
func percent(_ share: Double) -> String { rounded(share * 100, 1) + "%" }

/// `1 worker`, `2 workers`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
