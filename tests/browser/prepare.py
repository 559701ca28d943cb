"""
A demo installation made ready once: `python -m tests.browser.prepare FOLDER` starts it, waits for its indexes, stops it.

Every process of the browser tests then begins with a copy instead of embedding the same articles again.
"""

import signal
import sys
from pathlib import Path

from tests.browser import site as sites


def main(folder: Path) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the site is stopped too
    with sites.running(folder) as site:
        site.wait_until_indexed()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
