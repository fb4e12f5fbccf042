/// The version of this library.
public let lockstepVersion = "0.1.0"

/// The version of the bits: two programs of one number make the same parameters of the same run.
///
/// Whoever changes a row of `GoldenFingerprintTests` raises it, and says in the CHANGELOG which rows changed and why.
public let bitsVersion = 3
