"""Small whole pictures of each format, made by hand: the structure that a camera writes, and one point of colour."""

import struct
import zlib


def png(width: int = 1, height: int = 1, *, extra: bytes = b"") -> bytes:
    """A grey PNG; `extra` stands where parts with notes stand."""
    header = png_part(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    points = png_part(b"IDAT", zlib.compress((b"\0" + b"\x80" * min(width, 64)) * min(height, 64)))
    return b"\x89PNG\r\n\x1a\n" + header + extra + points + png_part(b"IEND", b"")


def png_part(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def jpeg(width: int = 8, height: int = 8) -> bytes:
    place = b"Exif\0\0 taken at 51.5 north"
    notes = b"\xff\xe1" + struct.pack(">H", len(place) + 2) + place
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    scan = b"\xff\xda" + struct.pack(">HB", 8, 1) + b"\x01\x00\x00\x3f\x00" + b"\x12\x34"
    return b"\xff\xd8" + notes + frame + scan + b"\xff\xd9"


def webp(width: int = 8, height: int = 8) -> bytes:
    body = b"WEBPVP8L" + struct.pack("<I", 6) + b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14) + b"\0"
    return b"RIFF" + struct.pack("<I", len(body)) + body
