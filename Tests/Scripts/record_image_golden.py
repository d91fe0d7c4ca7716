"""Records what PIL makes of small synthetic images, for IntaglioDataTests.

Usage: python3 Tests/Scripts/record_image_golden.py Tests/Golden/IntaglioData

Needs Pillow >= 13 and NumPy. The images are computed from a formula; nothing foreign enters.
Every line of a golden file is: name, arguments, and bytes in hexadecimal, separated by spaces.
"""

import io
import struct
import sys
import zlib

import numpy as np
import PIL
from PIL import Image

FILTERS = {"nearest": Image.NEAREST, "bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}


def pattern(width, height, channels):
    """[height, width, channels] uint8: all levels, edges and slopes; as in the Swift tests."""
    y, x, c = np.mgrid[0:height, 0:width, 0:channels]
    value = 31 * x * x + 47 * y + 89 * c + 7 * x * y + 255 * ((x // 4 + y // 3) % 2)
    return (value % 256).astype(np.uint8)


def image(width, height, channels):
    pixels = pattern(width, height, channels)
    return Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels)


def write(folder, name, lines):
    header = f"# Pillow {PIL.__version__}, Tests/Scripts/record_image_golden.py\n"
    with open(f"{folder}/{name}", "w") as file:
        file.write(header + "".join(line + "\n" for line in lines))


def resize_cases():
    sizes = [
        (17, 13, 8, 6), (17, 13, 5, 13), (17, 13, 17, 4), (17, 13, 1, 1), (17, 13, 29, 21),
        (17, 13, 30, 3), (17, 13, 3, 20), (9, 31, 8, 12), (9, 31, 9, 60), (1, 1, 3, 2),
        (2, 40, 3, 7), (40, 2, 7, 3), (64, 48, 7, 5), (33, 33, 11, 22), (16, 16, 8, 8),
        (30, 50, 24, 38), (30, 50, 24, 37),
    ]
    for name, resample in FILTERS.items():
        for source_width, source_height, width, height in sizes:
            for channels in (1, 3):
                result = image(source_width, source_height, channels)
                result = np.asarray(result.resize((width, height), resample))
                crc = zlib.crc32(result.tobytes())
                size = f"{source_width} {source_height} {width} {height} {channels}"
                text = result.tobytes().hex() if result.size <= 120 else "-"
                yield f"{name} {size} {crc:08x} {text}"


def chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def raw_png(width, height, depth, color, rows, extra=b""):
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", header) + extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def interlaced_png(pixels):
    """An Adam7 RGB PNG, written out pass by pass."""
    height, width, _ = pixels.shape
    passes = [
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
        (0, 1, 1, 2),
    ]
    rows = b""
    for x, y, dx, dy in passes:
        part = pixels[y::dy, x::dx]
        if part.size:
            rows += b"".join(b"\0" + row.tobytes() for row in part)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 1)
    signature = b"\x89PNG\r\n\x1a\n"
    data = chunk(b"IDAT", zlib.compress(rows, 9))
    return signature + chunk(b"IHDR", header) + data + chunk(b"IEND", b"")


def packed_rows(levels, depth):
    per_byte = 8 // depth
    for row in levels:
        padded = list(row) + [0] * (-len(row) % per_byte)
        yield bytes(
            sum(padded[i + k] << (8 - depth * (k + 1)) for k in range(per_byte))
            for i in range(0, len(padded), per_byte)
        )


def png_files():
    width, height = 11, 7
    grey = pattern(width, height, 1)[:, :, 0]
    color = pattern(width, height, 3)
    alpha = pattern(width, height, 4)
    for depth in (1, 2, 4):
        rows = packed_rows((grey >> (8 - depth)).tolist(), depth)
        yield f"grey{depth}", raw_png(width, height, depth, 0, rows)
    yield "grey8", raw_png(width, height, 8, 0, [row.tobytes() for row in grey])
    transparent = chunk(b"tRNS", struct.pack(">H", int(grey[0, 0])))
    rows = [row.tobytes() for row in grey]
    yield "grey8transparent", raw_png(width, height, 8, 0, rows, transparent)
    yield "greyalpha8", raw_png(width, height, 8, 4, [r.tobytes() for r in alpha[:, :, :2]])
    yield "rgb8", raw_png(width, height, 8, 2, [row.tobytes() for row in color])
    yield "rgba8", raw_png(width, height, 8, 6, [row.tobytes() for row in alpha])
    wide = color.astype(">u2") * 256 + np.uint8(255) - color
    yield "rgb16", raw_png(width, height, 16, 2, [row.astype(">u2").tobytes() for row in wide])
    palette = chunk(b"PLTE", bytes(pattern(16, 1, 3).tobytes()))
    for depth in (1, 2, 4, 8):
        rows = list(packed_rows((grey >> (8 - min(depth, 4))).tolist(), depth))
        yield f"palette{depth}", raw_png(width, height, depth, 3, rows, palette)
    transparent = palette + chunk(b"tRNS", bytes([0, 128]))
    rows = list(packed_rows((grey >> 4).tolist(), 4))
    yield "palette4transparent", raw_png(width, height, 4, 3, rows, transparent)
    yield "interlaced", interlaced_png(color)


def jpeg_bytes(picture, **options):
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", **options)
    return buffer.getvalue()


def jpeg_files():
    grey, color = image(19, 13, 1), image(19, 13, 3)
    cmyk = Image.fromarray(pattern(19, 13, 4), "CMYK")
    yield "grey", jpeg_bytes(grey, quality=80)
    for subsampling in ("4:4:4", "4:2:2", "4:2:0"):
        name = "color" + subsampling.replace(":", "")
        yield name, jpeg_bytes(color, quality=80, subsampling=subsampling)
    yield "progressive", jpeg_bytes(color, quality=80, progressive=True)
    yield "rgb", jpeg_bytes(color, quality=80, keep_rgb=True)
    exif = Image.Exif()
    exif[0x0112] = 6
    yield "rotated", jpeg_bytes(color, quality=50, exif=exif)
    data = jpeg_bytes(cmyk, quality=50)
    yield "cmyk", data
    position = data.index(b"Adobe") + 11
    yield "ycck", data[:position] + b"\x02" + data[position + 1 :]


def decode_cases():
    for prefix, files in (("png", png_files()), ("jpeg", jpeg_files())):
        for name, data in files:
            opened = Image.open(io.BytesIO(data))
            grey = opened.mode in ("1", "L", "LA")
            pixels = np.asarray(opened.convert("L" if grey else "RGB"))
            crc = zlib.crc32(pixels.tobytes())
            size = f"{opened.width} {opened.height} {1 if grey else 3}"
            yield f"{prefix}.{name} {size} {crc:08x} {data.hex()}"


def luma_cases():
    grey = np.asarray(image(64, 64, 3).convert("L"))
    yield f"luma 64 64 {zlib.crc32(grey.tobytes()):08x}"


def center_crop(picture, width, height):
    """torchvision's CenterCrop, written out."""
    left, top = max(0, width - picture.width), max(0, height - picture.height)
    canvas = Image.new(picture.mode, (picture.width + left, picture.height + top))
    canvas.paste(picture, (left // 2, top // 2))
    top = int(round((canvas.height - height) / 2.0))
    left = int(round((canvas.width - width) / 2.0))
    return canvas.crop((left, top, left + width, top + height))


def preprocess_cases():
    """Resize to a shorter side, centre crop, normalise; float32 bit patterns, little-endian."""
    mean = np.array([0.485, 0.456, 0.406], np.float32)
    std = np.array([0.229, 0.224, 0.225], np.float32)
    for width, height, side, crop in [
        (40, 30, 21, 20), (30, 40, 21, 16), (23, 37, 12, 9), (11, 30, 10, 8), (9, 9, 12, 16),
        (37, 20, 20, 15), (8, 25, 6, 9),
    ]:
        picture = image(width, height, 3)
        if width <= height:
            size = (side, int(side * height / width))
        else:
            size = (int(side * width / height), side)
        picture = center_crop(picture.resize(size, Image.BICUBIC), crop, crop)
        numbers = (np.asarray(picture).astype(np.float32) / np.float32(255) - mean) / std
        assert numbers.dtype == np.float32
        data = numbers.transpose(2, 0, 1).astype("<f4").tobytes()
        yield f"preprocess {width} {height} {side} {crop} {zlib.crc32(data):08x}"


def main():
    folder = sys.argv[1]
    write(folder, "resize.txt", resize_cases())
    write(folder, "decode.txt", decode_cases())
    write(folder, "preprocess.txt", [*luma_cases(), *preprocess_cases()])


main()
