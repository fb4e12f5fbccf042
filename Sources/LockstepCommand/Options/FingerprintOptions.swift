import ArgumentParser

/// What a run records besides metrics: for new runs and for those that continue.
struct FingerprintOptions: ParsableArguments {
    @Flag(
        help: ArgumentHelp(
            "Write a digest of each tensor of the parameters, after each step, to fingerprints.csv, for `lockstep diff`. A "
                + "resume goes on with it."))
    var recordFingerprints = false
}
