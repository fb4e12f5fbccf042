import ImageWriting

extension FuzzSeeds {
    /// CIFAR-10's records, and names of its classes.
    static var cifar10: (records: [FuzzSeed], names: [FuzzSeed]) {
        let records = [0, 4, 8].map { label -> [UInt8] in
            [UInt8(label)] + (0..<3072).map { UInt8(truncatingIfNeeded: $0 * (label + 1)) }
        }
        let names = "airplane\nautomobile\nbird\ncat\ndeer\r\ndog\nfrog\n horse \nship\nünique\n\n"
        return (
            [
                FuzzSeed(name: "three", bytes: Array(records.joined()), structure: [0, 3073, 6146]),
                FuzzSeed(name: "one", bytes: records[1]),
            ],
            [
                FuzzSeed(
                    name: "names", bytes: Array(names.utf8),
                    words: ["\n", "\r\n", "\0", " ", "\u{FEFF}", "cat", "\u{2028}", "é", "\t"])
            ]
        )
    }

    /// PNG files of every kind of pixels, with chunks that are no pixels.
    static var png: [FuzzSeed] {
        let kinds: [(String, TestPNG.Kind, Int, Bool)] = [
            ("gray", .gray, 8, false), ("bits", .gray, 1, true), ("deep", .gray, 16, false), ("color", .rgb, 8, true),
            ("deep-color", .rgb, 16, false), ("palette", .palette, 4, false), ("woven", .palette, 8, true),
            ("alpha", .grayWithAlpha, 8, false), ("color-alpha", .rgbWithAlpha, 16, true),
        ]
        let text = Array("Comment\0".utf8)
        let profile = TestPNG.compressed([UInt8](repeating: 7, count: 5000))
        return kinds.map { name, kind, depth, isInterlaced in
            let samples = (0..<13 * 11 * kind.channels).map { $0 * $0 * 7 & (1 << min(depth, 4) - 1) }
            var png = TestPNG(width: 13, height: 11, kind, samples)
            (png.depth, png.isInterlaced) = (depth, isInterlaced)
            png.chunks = [
                ("gAMA", TestPNG.bigEndian(45_455)), ("iCCP", Array("profile\0\0".utf8) + profile),
                ("sBIT", [UInt8](repeating: UInt8(min(depth, 8)), count: kind == .palette ? 3 : kind.channels)),
            ]
            if kind == .palette {
                png.chunks += [
                    ("PLTE", (0..<48).map { UInt8($0 * 5) }), ("tRNS", [0, 9, 99]), ("hIST", [0, 1, 0, 2]),
                ]
            }
            if kind == .gray { png.chunks.append(("tRNS", [0, 1])) }
            png.chunks.append(
                ("eXIf", [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 18, 0, 3, 0, 0, 0, 1, 0, UInt8(depth % 8 + 1), 0, 0]))
            png.chunks += [("tEXt", text + text), ("zTXt", text + [0] + profile), ("prIv", [1, 2, 3])]
            let bytes = png.bytes
            var seed = FuzzSeed(name: name, bytes: bytes, checksummed: TestPNG.checksummed(bytes))
            seed.renew = TestPNG.renewChecksum
            return seed
        }
    }

    /// JPEG files in every coding.
    static var jpeg: [FuzzSeed] {
        let codings: [(String, Int, WritableKeyPath<TestJPEG, Bool>?)] = [
            ("gray", 1, nil), ("color", 3, nil), ("inks", 4, nil), ("progressive", 3, \.isProgressive),
            ("progressive-gray", 1, \.isProgressive), ("arithmetic", 3, \.isArithmetic), ("full", 3, \.isFullColor),
            ("separate", 3, \.isSeparate),
        ]
        return codings.flatMap { name, channels, flag in
            [0, 1].map { restartRows in
                let pixels = (0..<37 * 29 * channels).map { UInt8(truncatingIfNeeded: $0 * $0 / 90) }
                var jpeg = TestJPEG(width: 37, height: 29, channels: channels, pixels)
                if let flag { jpeg[keyPath: flag] = true }
                jpeg.restartRows = restartRows
                let exif: [UInt8] = [73, 73, 42, 0, 8, 0, 0, 0, 1, 0, 18, 1, 3, 0, 1, 0, 0, 0, 5, 0, 0, 0]
                let noted = [0xFF, 0xE1, 0, UInt8(8 + exif.count)] + Array("Exif\0\0".utf8) + exif
                let bytes = [0xFF, 0xD8] + (channels == 3 ? noted : []) + jpeg.bytes.dropFirst(2)
                // Headers are most of such a small file, and markers are what a reader decides by.
                let markers = bytes.indices.dropLast().filter { bytes[$0] == 0xFF && bytes[$0 + 1] > 0xBF }
                let structure = Set(markers.flatMap { $0..<min($0 + 24, bytes.count) })
                return FuzzSeed(name: "\(name)-\(restartRows)", bytes: bytes, structure: structure.sorted())
            }
        }
    }
}
