"""Files of the formats that are imported, as other programs write them."""

import os
import struct
import zlib

import numpy as np


def csv(path, columns, delimiter=",", header=True, quoted=False, form=None):
    """Columns are pairs of a name and its values."""
    def field(value):
        text = value if isinstance(value, str) else (form or repr)(float(value))
        special = any(c in text for c in [delimiter, '"'])
        return '"' + text.replace('"', '""') + '"' if special or quoted and isinstance(value, str) else text
    with open(path, "w", encoding="utf-8", newline="") as file:
        if header:
            file.write(delimiter.join(field(name) for name, _ in columns) + "\n")
        for row in zip(*(values for _, values in columns)):
            file.write(delimiter.join(field(value) for value in row) + "\n")


def png(path, pixels):
    """Bytes [height, width, 1 or 3]."""
    height, width, channels = pixels.shape
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    raw = b"".join(b"\0" + row.astype("u1").tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", width, height, 8, 0 if channels == 1 else 2, 0, 0, 0)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))


def idx(path, array):
    with open(path, "wb") as file:
        file.write(struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape))
        file.write(array.astype("u1").tobytes())


def gray(pixels):
    """Pillow's convert("L")."""
    p = pixels.astype(np.int64)
    return ((19595 * p[..., :1] + 38470 * p[..., 1:2] + 7471 * p[..., 2:3] + 32768) >> 16).astype(float)


def folder_of_images(path, images, names):
    """Returns the order in which an importer sees them: by the bytes of folder and file."""
    places = []
    for index, (image, name) in enumerate(zip(images, names)):
        place = f"{name}/{index:03}.png" if name else f"{index:03}.png"
        png(f"{path}/{place}", image)
        places.append((place.encode(), index))
    # Folders by their names first: a slash is not a part of them.
    return [index for _, index in sorted(places, key=lambda p: p[0].split(b"/"))]
