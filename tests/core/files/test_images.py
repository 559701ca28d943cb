"""A picture is taken when it is whole, and refused before anybody has to open it when it is not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csassist.core.files.images import check_image
from csassist.core.files.refusal import Unparseable
from tests.core.files.pictures import jpeg, png, png_part, webp

WHOLE = {"png": png(), "jpeg": jpeg(), "webp": webp()}
ZIP_END = b"PK\x05\x06" + b"\0" * 18


@pytest.mark.parametrize("image_format", WHOLE)
def test_a_whole_picture_is_taken_and_the_same_bytes_under_another_format_are_not(image_format: str):
    check_image(WHOLE[image_format], image_format)
    for other in set(WHOLE) - {image_format}:
        with pytest.raises(Unparseable):
            check_image(WHOLE[image_format], other)


def test_a_phone_may_put_a_film_behind_a_jpeg_but_nobody_a_zip():
    check_image(jpeg() + b"\0\0\0\x18ftypmp42" + b"film" * 99, "jpeg")
    for image_format, content in WHOLE.items():
        with pytest.raises(Unparseable):
            check_image(content + b"PK\x03\x04program" + ZIP_END, image_format)


@pytest.mark.parametrize(
    ("image_format", "content"),
    [
        ("png", png()[:-1]),
        ("png", png() + b"<script>"),
        ("png", png().replace(b"IDAT", b"IDAX")),
        ("png", png()[:8] + png_part(b"IEND", b"")),
        ("png", png(100_000, 100_000)),
        ("png", png(0, 1)),
        ("png", png()[:16] + b"\xff\xff\xff\xff" + png()[20:]),
        ("jpeg", jpeg()[:-2]),
        ("jpeg", jpeg(0, 8)),
        ("jpeg", jpeg(65_000, 65_000)),
        ("jpeg", b"\xff\xd8\xff" + b"\xff" * 50),
        ("jpeg", b"\xff\xd8\xff\xe1\x00\x00" * 20),
        ("jpeg", b"\xff\xd8\xff\xd9"),
        ("webp", webp()[:-1]),
        ("webp", webp().replace(b"VP8L", b"VP8Z")),
        ("webp", b"RIFF\x04\0\0\0WEBP"),
    ],
)
def test_a_broken_or_enormous_picture_is_refused(image_format: str, content: bytes):
    with pytest.raises(Unparseable):
        check_image(content, image_format)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_change_makes_the_check_fail_in_another_way_than_by_refusing(data: st.DataObject):
    image_format = data.draw(st.sampled_from(sorted(WHOLE)))
    content = bytearray(WHOLE[image_format])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        check_image(bytes(content[: data.draw(st.integers(0, len(content)))]), image_format)
    except Unparseable:
        return
