"""Hostile and messy files, made on the spot: each with the verdict that reading it must come to."""

from tests.knowledge.hostile.archives import ARCHIVES
from tests.knowledge.hostile.pages import PAGES
from tests.knowledge.hostile.pdfs import PDFS
from tests.knowledge.hostile.tables import TABLES
from tests.knowledge.hostile.texts import TEXTS
from tests.knowledge.hostile.verdicts import Hostile, Read, Refused

EVERY_FILE: tuple[Hostile, ...] = (*ARCHIVES, *PAGES, *PDFS, *TABLES, *TEXTS)

__all__ = ["EVERY_FILE", "Hostile", "Read", "Refused"]
