/// What numbers of a configuration are when kernels compute with them, in Float.
extension Double {
    /// Whether it is in 0 ..< 1, and as a Float too.
    var isShare: Bool { self >= 0 && Float(self) < 1 }

    /// What to expect of a share, for messages: which bound it breaks.
    func expectedShare(_ what: String) -> String {
        self >= 0 && self < 1
            ? "at most 0.9999999, since a Float holds nothing between that and 1" : "\(what) in 0 ..< 1"
    }
}
