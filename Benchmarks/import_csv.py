#!/usr/bin/env python3
"""How fast `lockstep import csv` reads a large table, and how much memory that takes.

    python3 Benchmarks/import_csv.py .build/release/lockstep --megabytes 1000

Makes a table of random numbers with as many digits as pandas writes, or with --decimals fewer, imports it --repeat times,
and prints for each the rate, the peak of resident memory, and how many times the result that is. Needs a quiet machine; the
first import may find the table in the page cache, which is how a table is usually imported that was just written.
"""

import argparse
import os
import random
import subprocess
import tempfile
import time


def write_table(path, megabytes, columns, decimals):
    """Rows of a block are repeated: what they hold does not matter to the speed, only how long they are."""
    generator = random.Random(1)

    def text():
        value = generator.gauss(0, 1)
        return repr(value) if decimals is None else f"{value:.{decimals}f}"

    rows = [",".join(text() for _ in range(columns)) + f",{generator.randrange(5)}\n" for _ in range(2000)]
    block = "".join(rows).encode()
    with open(path, "wb") as file:
        file.write((",".join(f"column{index}" for index in range(columns)) + ",label\n").encode())
        while file.tell() < megabytes * 1_000_000:
            file.write(block)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--columns", type=int, default=30)
    parser.add_argument("--decimals", type=int, help="digits after the point (default: all that a double has)")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--directory", help="where the table and the result lie for a while")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.directory) as folder:
        table, result = os.path.join(folder, "table.csv"), os.path.join(folder, "table.h5")
        write_table(table, arguments.megabytes, arguments.columns, arguments.decimals)
        size = os.path.getsize(table)
        print(f"table of {size / 1e6:.0f} MB, {arguments.columns} columns of numbers")
        for _ in range(arguments.repeat):
            begin = time.monotonic()
            process = subprocess.Popen(
                [arguments.program, "import", "csv", table, "--output", result, "--overwrite"],
                stdout=subprocess.DEVNULL,
            )
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.monotonic() - begin
            if status != 0:
                raise SystemExit("the import failed")
            made, peak = os.path.getsize(result), usage.ru_maxrss * 1024
            print(
                f"{size / 1e6 / seconds:6.0f} MB/s ({usage.ru_utime + usage.ru_stime:.1f} s of processor), "
                f"peak {peak / 1e6:.0f} MB = {peak / made:.2f} x the result of {made / 1e6:.0f} MB"
            )


if __name__ == "__main__":
    main()
