import Foundation
import TestSupport

/// Good files of every format, small, as other programs write them: what the fuzzer begins with.
struct FuzzSeeds {
    /// Where they are made.
    let directory: String

    private func seeds(_ pattern: String, words: [String] = []) throws -> [FuzzSeed] {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
        return try names.filter { $0.hasPrefix(pattern) }.map { name in
            let data = try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\(name)"))
            return FuzzSeed(name: name, bytes: Array(data), words: words)
        }
    }

    /// Data sets in every layout, filter, index, type and kind of attribute that h5py 3 makes, in the formats of HDF5
    /// 1.8 and 1.10.
    func datasets() throws -> [FuzzSeed] {
        let script = """
            x, y = np.arange(24 * 9, dtype='u1').reshape(24, 3, 3), np.arange(24) % 3
            def attributes(o):
                o.attrs['text'] = 'of any length'; o.attrs['fixed'] = np.bytes_('fixed'); o.attrs['number'] = 1.5
                o.attrs['texts'] = ['a', 'bc', 'def']; o.attrs['fixeds'] = np.array([b'a', b'bc']); o.attrs['yes'] = True
                o.attrs['numbers'] = np.arange(5, dtype='>i2'); o.attrs['empty'] = h5py.Empty('f4')
                o.attrs['pair'] = np.zeros(2, dtype=[('a', 'i4'), ('b', 'f4')]); o.attrs['half'] = np.float16(1)
                o.attrs.create('reference', o.ref, dtype=h5py.ref_dtype)
                r = np.empty(2, object); r[0] = np.arange(3, dtype='i4'); r[1] = np.arange(1, dtype='i4')
                o.attrs.create('ragged', r, dtype=h5py.vlen_dtype('i4'))
            def plain(f):
                f['x_train'], f['y_train'], f.attrs['class_names'] = x, y, ['a', 'b', 'c']
            def compressed(f):
                f.create_dataset('x_train', data=x.astype('f4'), chunks=(5, 3, 3), compression='gzip', shuffle=True,
                    fletcher32=True)
                f.create_dataset('y_train', data=y, chunks=(7,), compression='gzip')
            def pieces(f):
                f.create_dataset('x_train', data=x.astype('f8'), chunks=(4, 2, 2), shuffle=True)
                f.create_dataset('y_train', data=y, chunks=(24,), fletcher32=True)
            def growing(f):
                f.create_dataset('x_train', data=x.astype('>f4'), chunks=(4, 3, 3), maxshape=(None, 3, 3), compression=1)
                f.create_dataset('y_train', data=y.astype('>i2'), chunks=(2,), maxshape=(None,))
                f.create_dataset('x_test', data=x, chunks=(4, 3, 3), maxshape=(None, None, 3))
                f['y_test'] = y
            def scaled(f):
                f['x'], f['y'] = x.astype('f2'), y.astype('?')
                f['x'].attrs['mean'] = np.arange(9.); f['x'].attrs['standard_deviation'] = np.arange(9.) + 1
                f.attrs['title'] = 'scaled'
            def groups(f):
                for i in range(20): f['train/more/%d' % i] = i
                f['train/x'], f['train/y'] = x, y.astype('f4')
                f['soft'] = h5py.SoftLink('/train'); f['far'] = h5py.ExternalLink('other.h5', '/x')
                f['train/self'] = f['train']; f['type'] = np.dtype('i4')
            def attributed(f):
                plain(f); attributes(f); attributes(f['x_train'])
                for i in range(12): f['y_train'].attrs['a%d' % i] = np.arange(i + 1)
            def kinds(f):
                plain(f)
                f['text'] = ['a', 'b']; f['pairs'] = np.zeros(3, dtype=[('a', 'i4'), ('b', 'f4')])
                f.create_dataset('ragged', (2,), dtype=h5py.vlen_dtype(np.int32)); f['complex'] = np.zeros(2, 'c8')
                f.create_dataset('reference', (1,), dtype=h5py.ref_dtype); f['scalar'] = 3
                f.create_dataset('color', (2,), dtype=h5py.enum_dtype({'RED': 0, 'BLUE': 1}))
                f.create_dataset('scale-offset', data=np.arange(50), scaleoffset=4)
                f.create_dataset('lzf', data=np.zeros((30, 30)), compression='lzf')
                f.create_dataset('external', (4,), 'u1', external=[('other.bin', 0, 4)])
                f.create_dataset('filled', (9, 9), 'f4', chunks=(3, 3), fillvalue=2, compression='gzip')[4, 4] = 1
            def compact(f):
                p = h5py.h5p.create(h5py.h5p.DATASET_CREATE); p.set_layout(h5py.h5d.COMPACT)
                d = h5py.h5d.create(f.id, b'x_train', h5py.h5t.NATIVE_UINT8, h5py.h5s.create_simple(x.shape), p)
                d.write(h5py.h5s.ALL, h5py.h5s.ALL, x)
                p = h5py.h5p.create(h5py.h5p.DATASET_CREATE); p.set_chunk((6,)); p.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
                d = h5py.h5d.create(f.id, b'y_train', h5py.h5t.STD_I32LE, h5py.h5s.create_simple(y.shape), p)
                d.write(h5py.h5s.ALL, h5py.h5s.ALL, y.astype('i4'))
            def virtual(f):
                plain(f)
                layout = h5py.VirtualLayout(shape=(24, 3, 3), dtype='u1')
                layout[...] = h5py.VirtualSource('other.h5', 'x', shape=(24, 3, 3))
                f.create_virtual_dataset('x_test', layout); f['y_test'] = y
            for make in [plain, compressed, pieces, growing, scaled, groups, attributed, kinds, compact, virtual]:
                for version, format in [('old', 'earliest'), ('new', ('v110', 'v110'))]:
                    with h5py.File('%s/dataset-%s-%s.h5' % (sys.argv[1], make.__name__, version), 'w', libver=format,
                        track_order=make is groups) as f: make(f)
            with h5py.File(sys.argv[1] + '/dataset-block.h5', 'w', userblock_size=512) as f: plain(f)
            """
        try python(script, directory)
        return try seeds("dataset-").map { try HDF5Structure.seed($0.name, "\(directory)/\($0.name)", $0.bytes) }
    }

    /// Checkpoints as a training run wrote them.
    ///
    /// - Parameter run: its directory.
    func checkpoints(of run: String) throws -> [FuzzSeed] {
        let folder = "\(run)/checkpoints"
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { name in
            let path = "\(folder)/\(name)"
            return try HDF5Structure.seed(name, path, Array(try Data(contentsOf: URL(fileURLWithPath: path))))
        }
    }

    /// IDX files of every type, plain and compressed; `labels` beside them has the targets.
    func idx() throws -> [FuzzSeed] {
        try python(
            """
            import gzip, struct
            def write(name, code, array, compress=False):
                data = struct.pack('>HBB', 0, code, array.ndim) + struct.pack('>%dI' % array.ndim, *array.shape)
                data += array.tobytes()
                open(sys.argv[1] + '/' + name, 'wb').write(gzip.compress(data) if compress else data)
            write('labels', 8, (np.arange(12) % 3).astype('u1'))
            for code, type in [(8, 'u1'), (9, 'i1'), (11, '>i2'), (12, '>i4'), (13, '>f4'), (14, '>f8')]:
                for compress in [False, True]:
                    write('idx-%s-%s' % (type[-2:], compress), code, np.arange(12 * 6).astype(type).reshape(12, 3, 2), compress)
            """, directory)
        return try seeds("idx-")
    }

    /// Tables with and without headers, quotes, other separators and endings of lines.
    func csv() throws -> [FuzzSeed] {
        let rows = (0..<30).map { "\($0 * 3).5,-\($0)e2,\"c\($0 % 3)\"\r\n" }.joined()
        let tables = [
            "quoted": "a,b,\"kind, of\"\r\n" + rows, "plain": (0..<30).map { "\($0),\($0 * $0),\($0 % 2)\n" }.joined(),
            "tabs": "x\ty\n" + (0..<20).map { "\($0)\t\(Double($0) / 7)\n" }.joined(),
            "marked": "\u{FEFF}größe;art\n" + (0..<20).map { "\($0),5;\"ä\"\"\($0 % 2)\"\n" }.joined(),
        ]
        for (name, text) in tables {
            try text.write(toFile: "\(directory)/csv-\(name)", atomically: true, encoding: .utf8)
        }
        let words = [
            "nan", "inf", "-inf", "1e999", "-1e-999", "\"", "\"\"", ",", ";", "\t", "\r", "\n", "\r\n", "\u{FEFF}",
            "\0",
            "99999999999999999999999999", "0x1p3", "+1", "1.", ".5", "é", "-", "", " ", "\n\n",
        ]
        return try seeds("csv-", words: words)
    }

    /// Arrays of NumPy: every version of the header, orders and types; archives stored and deflated.
    func npy() throws -> [FuzzSeed] {
        try python(
            """
            a, b = np.arange(24, dtype='f4').reshape(4, 3, 2), np.arange(4)
            np.save(sys.argv[1] + '/y.npy', b)
            for name, array in dict(f=np.asfortranarray(a), d=a.astype('f8'), b=a.astype('>i4'), u=a.astype('u1'),
                h=a.astype('f2'), q=(a > 3)).items(): np.save(sys.argv[1] + '/npy-' + name + '.npy', array)
            for version in [(2, 0), (3, 0)]:
                with open(sys.argv[1] + '/npy-%d.npy' % version[0], 'wb') as f: np.lib.format.write_array(f, a, version)
            np.savez(sys.argv[1] + '/npz-stored.npz', x_train=a, y_train=b, x_test=a, y_test=b)
            np.savez_compressed(sys.argv[1] + '/npz-deflated.npz', x_train=a, y_train=b)
            """, directory)
        let words = [
            "descr", "'<f8'", "'>i8'", "'|O'", "'|V9999999'", "True", "False", "(", ")", "9223372036854775807", "-1",
            "0",
            "99999999999999999999999", "'", "{", "}", "[('a', '<f4')]", "PK\u{1}\u{2}", "PK\u{3}\u{4}", "PK\u{5}\u{6}",
        ]
        return try seeds("npy-", words: words) + seeds("npz-", words: words)
    }

    /// Configurations with every layer, loss, optimizer and schedule.
    ///
    /// - Parameter dataset: path of a data set with samples of 3 × 3 bytes and three classes.
    func yaml(dataset: String) throws -> [FuzzSeed] {
        let texts = [
            "all": """
            dataset: {path: \(dataset), validationFraction: 0.2, normalization: standardize}
            network:
              - flatten
              - linear: {outputs: 8, initializer: {glorot: uniform}, name: first}
              - residual: [{linear: 8}, gelu, {dropout: 0.1}]
              - leakyRelu: 0.1
              - silu
              - linear: 3
            loss: {crossEntropy: {labelSmoothing: 0.1, classWeights: [1, 2, 3]}}
            optimizer: {adamW: {learningRate: 1e-3, beta1: 0.8}}
            schedule: {cosine: {warmupSteps: 2, minimum: 0.0001}}
            batchSize: 7
            shards: 2
            epochs: 2
            seed: 18446744073709551615
            shuffle: {block: 4, window: 8}
            clipNorm: 1
            earlyStopping: {patience: 2, minimumImprovement: 0.1}
            checkpointEvery: 1
            keepEvery: 2
            """,
            "short": "dataset: \(dataset)\nnetwork: [flatten, {linear: 3}]\noptimizer: {sgd: {learningRate: .5}}\n",
            "synthetic": """
            dataset: {synthetic: {inputs: [4, 2], classes: 3, samples: 30, test: 5, seed: 3}}
            network: [flatten, {linear: {outputs: 3, bias: no}}, softmax]
            schedule: {step: {everyEpochs: 1, factor: 0.5}}
            """,
            "anchors": """
            a: &a [x, x, x, x, x, x, x, x, x]
            b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
            c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]
            d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]
            e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d]
            f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e]
            g: &g [*f, *f, *f, *f, *f, *f, *f, *f, *f]
            h: &h [*g, *g, *g, *g, *g, *g, *g, *g, *g]
            network: [*h, *h, *h, *h, *h, *h, *h, *h]
            dataset: *h
            """,
        ]
        for (name, text) in texts {
            try text.write(toFile: "\(directory)/yaml-\(name).yaml", atomically: true, encoding: .utf8)
        }
        let words = [
            "0", "-1", "1e999", ".nan", ".inf", "9223372036854775807", "9223372036854775808", "1000000000", "65536",
            "4294967296", "0.0", "~", "null", "[]", "{}", "*a", "&a ", "<<: *a", "!!binary ", "!!set ", "- ", "? ",
            ": ",
            "|\n", "%YAML 9\n", "---\n", "...\n", "\"", "'", "\t", "[", "{", "linear", "residual", "dropout", "network",
            "flatten", "huber", "binaryCrossEntropy", "meanSquaredError", "shards", "batchSize", "inputs", "uniform",
        ]
        return try seeds("yaml-", words: words)
    }
}
