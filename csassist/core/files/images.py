"""
Whether a picture is whole: its structure is walked, its pixels are never decoded.

That is cheap, gives a hostile file no decoder to attack, and shows its size before anybody's viewer has to hold it. A
PNG and a WebP end where they say; phones put films and notes behind a JPEG, so only a zip is looked for there.
"""

import struct
import zlib

from csassist.core.files.contents import ZIP_END
from csassist.core.files.refusal import Unparseable

# The largest that a phone's camera takes.
MOST_PIXELS = 200_000_000
LONGEST_ZIP_END_BYTES = 65_557

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})
_JPEG_SCAN, _JPEG_END = 0xDA, b"\xff\xd9"


def check_image(content: bytes, image_format: str) -> None:
    """Raises Unparseable where the content is no whole picture of this format ("png", "jpeg" or "webp")."""
    measure = {"png": _png_size, "jpeg": _jpeg_size, "webp": _webp_size}[image_format]
    try:
        width, height = measure(content)
    except (struct.error, IndexError) as error:
        raise Unparseable("malformed", "picture") from error
    if not width or not height:
        raise Unparseable("malformed", "picture")
    if width * height > MOST_PIXELS:
        raise Unparseable("too_large", "pixels")
    if ZIP_END in content[-LONGEST_ZIP_END_BYTES:]:
        raise Unparseable("unsupported_type", "two_formats", extension=f".{image_format}")


def _png_size(content: bytes) -> tuple[int, int]:
    """Every part's checksum is right, and the last one ends the file."""
    if not content.startswith(_PNG):
        raise Unparseable("unsupported_type", "content_differs", extension=".png")
    place, kinds, size = len(_PNG), set[bytes](), (0, 0)
    while place < len(content):
        length, kind = struct.unpack_from(">I4s", content, place)
        checked = content[place + 4 : place + 8 + length]
        (stated,) = struct.unpack_from(">I", content, place + 8 + length)
        if zlib.crc32(checked) != stated or (not kinds and kind != b"IHDR"):
            raise Unparseable("malformed", "picture")
        if kind == b"IHDR":
            size = struct.unpack_from(">II", content, place + 8)
        kinds.add(kind)
        place += length + 12
        if kind == b"IEND":
            break
    if place != len(content) or not {b"IHDR", b"IDAT", b"IEND"} <= kinds:
        raise Unparseable("malformed", "picture")
    return size


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """The segments up to the first scan follow each other, and the picture ends somewhere after it."""
    if not content.startswith(b"\xff\xd8\xff"):
        raise Unparseable("unsupported_type", "content_differs", extension=".jpg")
    place, size = 2, (0, 0)
    while True:
        if content[place] != 0xFF:
            raise Unparseable("malformed", "picture")
        marker = content[place + 1]
        if marker == 0xFF:  # fill
            place += 1
            continue
        if marker in _JPEG_WITHOUT_LENGTH:
            place += 2
            continue
        (length,) = struct.unpack_from(">H", content, place + 2)
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", content, place + 5)
            size = (width, height)
        place += 2 + length
        if marker == _JPEG_SCAN:
            break
        if length < 2:
            raise Unparseable("malformed", "picture")
    if _JPEG_END not in content[place:]:
        raise Unparseable("malformed", "picture")
    return size


def _webp_size(content: bytes) -> tuple[int, int]:
    """The container ends where it says, and its first part is a picture."""
    riff, length, webp, kind = struct.unpack_from("<4sI4s4s", content, 0)
    if riff != b"RIFF" or webp != b"WEBP":
        raise Unparseable("unsupported_type", "content_differs", extension=".webp")
    if length + 8 != len(content):
        raise Unparseable("malformed", "picture")
    if kind == b"VP8X":
        width, height = (int.from_bytes(content[place : place + 3], "little") + 1 for place in (24, 27))
        return width, height
    if kind == b"VP8L" and content[20] == 0x2F:
        (bits,) = struct.unpack_from("<I", content, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and content[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", content, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise Unparseable("malformed", "picture")
