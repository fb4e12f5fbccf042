import Images

/// Counts what was done to images beside decoding them, and says it.
struct ImageChanges {
    let background: ImageBackground?
    private var counts: [DecodedImage.Traits: Int] = [:]

    init(background: ImageBackground?) { self.background = background }

    mutating func count(_ traits: DecodedImage.Traits) {
        for trait in [DecodedImage.Traits.turned, .transparent, .lost, .inks] where traits.contains(trait) {
            counts[trait, default: 0] += 1
        }
    }

    /// A line for each kind of change there was, with the option that says otherwise.
    var lines: [String] {
        func line(_ trait: DecodedImage.Traits, _ text: String) -> String? {
            counts[trait].map { "\($0) image\($0 == 1 ? "" : "s") \(text)" }
        }
        let color = background.map { "\($0)" } ?? ""
        let other = background == .white ? "black" : "white"
        return [
            line(.turned, "turned as EXIF data says (as stored: --keep-orientation)"),
            line(.transparent, "with transparency laid over \(color) (another color: --background \(other))"),
            line(
                .lost,
                "of one color after that: nothing is left to see over \(color), take another --background"),
            line(.inks, "in inks (CMYK) converted to rgb without regard to a profile"),
        ].compactMap { $0 }
    }
}
