"""
The catalogue that the shipped model was trained on: the intents of a shop, with examples in both languages.

The demo begins with it. A company's own catalogue begins empty: other people's intents would be read into its messages.
"""

from pathlib import Path
from typing import Any, Final

import yaml

from csassist.analysis.services import ExampleText, IntentText
from csassist.core.json_lines import json_lines, text_of

EXAMPLES: Final = Path(__file__).with_name("examples")


def shipped_intents() -> list[IntentText]:
    """In their order."""
    rows: list[dict[str, Any]] = yaml.load(
        (EXAMPLES / "intents.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    )
    return [
        IntentText(
            key=row["key"],
            name_en=row["name"]["en"],
            name_zh=row["name"]["zh"],
            description_en=row["description"]["en"],
            description_zh=row["description"]["zh"],
            position=position,
        )
        for position, row in enumerate(rows, start=1)
    ]


def shipped_examples() -> list[ExampleText]:
    return [
        ExampleText(text_of(row, "text", place), text_of(row, "label", place), str(row.get("language", "")))
        for row, place in json_lines(EXAMPLES / "intents.jsonl")
    ]
