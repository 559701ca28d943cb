"""
A demo installation made ready once: `python -m tests.browser.prepare FOLDER` starts it, waits for its indexes, stops it.

Every process of the browser tests then begins with a copy instead of embedding the same articles again.
"""

import sys
from pathlib import Path

from tests.browser import site as sites


def main(folder: Path) -> None:
    with sites.running(folder) as site:
        site.wait_until_indexed()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
