"""
A demo installation made ready once: `python -m tests.browser.prepare FOLDER` starts it, waits for its indexes, stops it.

Every process of the browser tests then begins with a copy instead of embedding and comparing the same articles again.
"""

import signal
import sys
from pathlib import Path

from django.db import connections
from django.utils import timezone

from knowledge.curation.comparing import RULES
from knowledge.models import Document, DocumentCheck
from tests.browser import site as sites


def main(folder: Path) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the site is stopped too
    with sites.running(folder) as site:
        site.wait_until_indexed()
        connections.databases["default"]["NAME"] = str(folder / "csassist.sqlite3")
        sites.wait_until(are_compared, within_seconds=sites.INDEX_SECONDS, what="the articles to be compared")


def are_compared() -> bool:
    is_known = not Document.objects.filter(check_state=None, live_version__isnull=False).exists()
    return is_known and not DocumentCheck.objects.outdated(RULES, timezone.now()).exists()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
