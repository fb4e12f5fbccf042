import Foundation
import XCTest

/// A library that is loaded before all others, in which system calls fail as on a file system that does not have them.
///
/// `FAULTS` says which fail with which error number, `renameat2=22,link=1`; `kill=N` in it ends the process in its n-th
/// plain rename. `DAMAGE` turns a bit in the middle of each file whose path contains it, when it is put on the disk.
enum Faults {
    /// Compiles the library into a directory.
    ///
    /// - Returns: its path, for `LD_PRELOAD`.
    static func build(in directory: String) throws -> String {
        let (source, library) = ("\(directory)/faults.c", "\(directory)/faults.so")
        try text.write(toFile: source, atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.fileNoSuchFile) }
        return library
    }

    private static let text = #"""
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/file.h>
        #include <sys/stat.h>
        #include <unistd.h>

        // The number that FAULTS gives a name, or 0.
        static long number(const char *name) {
            const char *list = getenv("FAULTS");
            size_t length = strlen(name);
            for (; list && *list; list = strchr(list, ',') ? strchr(list, ',') + 1 : "") {
                if (strncmp(list, name, length) == 0 && list[length] == '=') return atol(list + length + 1);
            }
            return 0;
        }

        static int fails(const char *name) {
            long code = number(name);
            if (code) errno = (int)code;
            return code != 0;
        }

        int renameat2(int a, const char *from, int b, const char *to, unsigned flags) {
            if (fails("renameat2")) return -1;
            int (*next)(int, const char *, int, const char *, unsigned) = dlsym(RTLD_NEXT, "renameat2");
            return next(a, from, b, to, flags);
        }

        int link(const char *from, const char *to) {
            if (fails("link")) return -1;
            int (*next)(const char *, const char *) = dlsym(RTLD_NEXT, "link");
            return next(from, to);
        }

        int rename(const char *from, const char *to) {
            static long calls;
            if (++calls == number("kill")) _exit(99);
            int (*next)(const char *, const char *) = dlsym(RTLD_NEXT, "rename");
            return next(from, to);
        }

        int flock(int descriptor, int operation) {
            if (operation != LOCK_UN && fails("flock")) return -1;
            int (*next)(int, int) = dlsym(RTLD_NEXT, "flock");
            return next(descriptor, operation);
        }

        int fsync(int descriptor) {
            char link[64], path[4096];
            struct stat status;
            const char *damage = getenv("DAMAGE");
            snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
            ssize_t length = readlink(link, path, sizeof path - 1);
            if (length > 0 && fstat(descriptor, &status) == 0) {
                path[length] = 0;
                if (S_ISDIR(status.st_mode) && fails("fsync-directory")) return -1;
                if (damage && strstr(path, damage) && S_ISREG(status.st_mode)) {
                    FILE *file = fopen(path, "r+b");
                    if (file && fseek(file, status.st_size / 2, SEEK_SET) == 0) {
                        int byte = fgetc(file);
                        fseek(file, status.st_size / 2, SEEK_SET);
                        fputc(byte ^ 1, file);
                    }
                    if (file) fclose(file);
                }
            }
            int (*next)(int) = dlsym(RTLD_NEXT, "fsync");
            return next(descriptor);
        }
        """#
}
