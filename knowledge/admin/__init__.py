"""The knowledge pages of the admin site, made for the work: what is live, what is stuck and why, what to do next."""

from knowledge.admin.collections import CollectionAdmin
from knowledge.admin.documents import DocumentAdmin
from knowledge.admin.findings import FindingAdmin
from knowledge.admin.generations import IndexGenerationAdmin
from knowledge.admin.sources import SourceAdmin

__all__ = ["CollectionAdmin", "DocumentAdmin", "FindingAdmin", "IndexGenerationAdmin", "SourceAdmin"]
