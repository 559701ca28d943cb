"""Which files are taken at all, judged by name and size; what is inside is checked when the file is read."""

import hashlib
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from csassist.core.files import names
from knowledge.loaders.detection import ACCEPTED_EXTENSIONS

BYTES_A_MEGABYTE = 1_000_000
LONGEST_KEY = 200


def accepted_words() -> str:
    """What may be uploaded, for people. A request as a whole has the size limit of one file."""
    return _("Accepted: %(types)s. At most %(megabytes)s MB at once.") % _facts()


def refusal(file: UploadedFile[Any]) -> str:
    """Why this file is not taken, naming it; empty when it is."""
    name, size = file.name or "", file.size or 0
    if not name.lower().endswith(ACCEPTED_EXTENSIONS):
        return _("“%(name)s”: files of this type cannot be read. Accepted are: %(types)s.") % _facts(name)
    if size > settings.CSASSIST_UPLOAD_MAX_BYTES:
        return _("“%(name)s” is larger than %(megabytes)s MB.") % _facts(name)
    return "" if size else _("“%(name)s” is empty.") % _facts(name)


def _facts(name: str = "") -> dict[str, str]:
    megabytes = settings.CSASSIST_UPLOAD_MAX_BYTES / BYTES_A_MEGABYTE
    return {"name": name, "types": ", ".join(ACCEPTED_EXTENSIONS), "megabytes": f"{megabytes:g}"}


def shown_name(name: str) -> str:
    """A file's name as people may see it."""
    return names.shown_name(name, extensions=ACCEPTED_EXTENSIONS)


def stable_key(name: str) -> str:
    """The key of a file within its source: its name, with a mark of the whole where the key cannot show it all."""
    shown = shown_name(name)
    if shown == name and len(name) <= LONGEST_KEY:
        return name
    mark = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{shown[: LONGEST_KEY - len(mark) - 1]}#{mark}"


def incoming_name(name: str, taken: list[str]) -> str:
    """A key of its own for each file of one upload, also when two have the same name."""
    count = sum(one == name for one in taken)
    return f"{name} ({count + 1})" if count else name
