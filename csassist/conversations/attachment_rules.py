"""
Which files a customer may add to a message: by name, by size, and by what is really inside.

The rules are those of knowledge uploads, narrowed to what people send: pictures, PDF, Word and plain text. Nothing that
a browser would run is taken, whatever it is called.
"""

from django.conf import settings
from django.utils.translation import gettext as _

from csassist.conversations.models import Attachment
from csassist.core.errors import InvalidInput
from csassist.core.files.contents import check_docx, check_pdf, check_text
from csassist.core.files.encoding import decode_text
from csassist.core.files.images import check_image
from csassist.core.files.names import extension_of, shown_name
from csassist.core.files.refusal import Unparseable
from csassist.core.files.word_archive import check_word_archive
from csassist.core.json_types import JSONObject

Kind = Attachment.Kind
KIND_OF_EXTENSION: dict[str, Kind] = {
    ".png": Kind.PNG,
    ".jpg": Kind.JPEG,
    ".jpeg": Kind.JPEG,
    ".webp": Kind.WEBP,
    ".pdf": Kind.PDF,
    ".docx": Kind.DOCX,
    ".txt": Kind.TEXT,
    ".md": Kind.MARKDOWN,
    ".csv": Kind.CSV,
}
EXTENSIONS = tuple(KIND_OF_EXTENSION)
IMAGES = (Kind.PNG, Kind.JPEG, Kind.WEBP)
NAME_MAX_CHARACTERS = 200
BYTES_A_MEGABYTE = 1_000_000


def for_pages() -> JSONObject:
    """What a page has to know to refuse a file before it is uploaded."""
    return {
        "extensions": list(EXTENSIONS),
        "max_bytes": settings.CSASSIST_ATTACHMENT_MAX_BYTES,
        "most_count": settings.CSASSIST_ATTACHMENTS_PER_MESSAGE_COUNT,
    }


def name_to_show(name: str) -> str:
    """The last part of the name, made harmless; a long one keeps its beginning and its ending."""
    shown = shown_name(name.replace("\\", "/").rpartition("/")[2], extensions=EXTENSIONS)
    ending = extension_of(shown)[:16]
    return shown if len(shown) <= NAME_MAX_CHARACTERS else f"{shown[: NAME_MAX_CHARACTERS - 1 - len(ending)]}…{ending}"


def kind_of(content: bytes, *, name: str) -> Kind:
    """What the file is. Raises InvalidInput, in words for the customer, when it is not taken."""
    kind = KIND_OF_EXTENSION.get(extension_of(name))
    if kind is None:
        raise _refused(_("“%(name)s”: files of this type cannot be attached. Accepted are: %(types)s."), name, "type")
    if len(content) > settings.CSASSIST_ATTACHMENT_MAX_BYTES:
        raise _refused(_("“%(name)s” is larger than %(megabytes)s MB."), name, "size")
    if not content.strip():
        raise _refused(_("“%(name)s” is empty."), name, "empty")
    try:
        _check(content, kind, extension_of(name))
    except Unparseable as error:
        words = _("“%(name)s” is damaged, protected by a password, or not what its name says. It was not attached.")
        raise _refused(words, name, "content") from error
    return kind


def _check(content: bytes, kind: Kind, extension: str) -> None:
    if kind in IMAGES:
        check_image(content, kind)
    elif kind == Kind.PDF:
        check_pdf(content)
    elif kind == Kind.DOCX:
        check_docx(content)
        check_word_archive(content)
    else:
        check_text(content, kind, extension)
        decode_text(content)


def _refused(words: str, name: str, reason: str) -> InvalidInput:
    megabytes = settings.CSASSIST_ATTACHMENT_MAX_BYTES / BYTES_A_MEGABYTE
    facts = {"name": name, "types": ", ".join(EXTENSIONS), "megabytes": f"{megabytes:g}"}
    return InvalidInput(words % facts, field="file", reason=reason)
