#!/usr/bin/env bash
# Pillow 13.0.0, opencv-python-headless 5.0.0.93, tifffile 2026.3.3, imageio 2.38.1, NumPy 2.4.6, Python 3.11; seen 2026-11-30
#
# A gray TIFF may say that 0 is white (MinIsWhite), as scanners of paper and film do. Pillow and OpenCV then turn 8-bit pixels
# over, so that the picture looks right; tifffile, and imageio through it, give the stored numbers: the negative. At 16 bits
# Pillow and OpenCV give the stored numbers too, so one scanner's 8-bit and 16-bit pictures are each other's negatives.
#
#   stored, 0 is white    8 bits [0, 50, 200, 255]   16 bits [0, 12850, 51400, 65535]
#   Pillow                [255, 205, 55, 0]          [0, 12850, 51400, 65535]
#   OpenCV                [255, 205, 55, 0]          [0, 12850, 51400, 65535]
#   tifffile              [0, 50, 200, 255]          [0, 12850, 51400, 65535]
#   imageio               [0, 50, 200, 255]          [0, 12850, 51400, 65535]
#
# A network trained on what one library reads sees negatives when it is served by another, or when the scanner's depth is
# changed. Digits and X-ray films still look like digits and films: nothing fails but the accuracy.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q pillow==13.0.0 opencv-python-headless==5.0.0.93 tifffile==2026.3.3 imageio==2.38.1 numpy==2.4.6
venv/bin/python - <<'PYTHON'
import cv2
import imageio.v3
import numpy as np
import tifffile
from PIL import Image

stored = {8: [0, 50, 200, 255], 16: [0, 12850, 51400, 65535]}
seen = {"Pillow": {}, "OpenCV": {}, "tifffile": {}, "imageio": {}}
for bits, row in stored.items():
    for photometric in ("minisblack", "miniswhite"):
        name = f"{photometric}{bits}.tif"
        tifffile.imwrite(name, np.array([row] * 4, f"uint{bits}"), photometric=photometric)
        pixels = {
            "Pillow": np.asarray(Image.open(name)),
            "OpenCV": cv2.imread(name, cv2.IMREAD_UNCHANGED),
            "tifffile": tifffile.imread(name),
            "imageio": imageio.v3.imread(name),
        }
        for library, image in pixels.items():
            seen[library][photometric, bits] = image[0].tolist()
print(f"stored, 0 is white    8 bits {stored[8]}   16 bits {stored[16]}")
for library, rows in seen.items():
    print(f"{library:21} {rows['miniswhite', 8]!s:26} {rows['miniswhite', 16]}")
for library, rows in seen.items():
    turned = library in ("Pillow", "OpenCV")
    assert rows["minisblack", 8] == stored[8] and rows["minisblack", 16] == stored[16], f"changed: {library}: {rows}"
    assert rows["miniswhite", 8] == ([255 - x for x in stored[8]] if turned else stored[8]), f"changed: {library}: {rows}"
    assert rows["miniswhite", 16] == stored[16], f"changed: {library}: {rows}"
PYTHON
