"""
`manage.py train grounding`: fits the weights of the grounding score to the harder set's training articles.

The examples that a stated fault decides (an unknown number, a made-up name) are left out: the score never sees them.
"""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from tqdm import tqdm

from csassist.assistant.grounding.features import compare, figures_without_source, names_without_source
from csassist.assistant.grounding.reading import read_source, read_statement
from csassist.assistant.grounding.scoring import WEIGHTS
from csassist.assistant.grounding.training import fit
from csassist.management.grounding import DEFAULT_SEED, demo_examples
from knowledge.tokenizing import index_tokens


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="of the harder set; default: 1")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="default: the file the product reads")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def run(options: Mapping[str, Any], stdout: TextIO) -> None:
    """Fit, print the weights and write them."""
    examples = [one for one in demo_examples(options["seed"]) if one.split == "train"]
    measured, is_faithful = [], []
    for example in tqdm(examples, desc="sentences", disable=options["quiet"]):
        statement = read_statement(example.sentence, index_tokens)
        sources = [read_source(example.source, index_tokens)]
        if figures_without_source(statement, sources) or names_without_source(statement, sources):
            continue
        measured.append(compare(statement, sources).values)
        is_faithful.append(example.is_faithful)
    weights = fit(measured, is_faithful)
    written = {
        "about": "Made by manage.py train grounding; see docs/decisions/grounding.md.",
        "seed": options["seed"],
        "examples": len(measured),
        "release_from": weights.release_from,
        "bias": weights.bias,
        "features": weights.features,
    }
    options["out"].write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
    stdout.write(json.dumps(written, indent=2) + "\n")
