"""
Puts text that nobody vouches for between tags, so that a model can tell material from instructions.

The text inside can never close its fence or open another one: a tag of ours in it loses its angle bracket, and nothing
else is changed, so a model can still quote word for word.
"""

import re
from collections.abc import Iterable
from typing import Literal

OUR_TAG = re.compile(r"<(?=\s{0,8}/?\s{0,8}(?:sources?|customer_message|conversation|sentence)\b)", re.IGNORECASE)


def fence_source(*, number: int, title: str, heading: str, text: str) -> str:
    """One passage under the number it is cited by."""
    return (
        f'<source n="{number}" title="{_attribute(title)}" heading="{_attribute(heading)}">\n'
        f"{without_tags(text).strip()}\n</source>"
    )


def fence_message(text: str) -> str:
    """What the customer wrote."""
    return f"<customer_message>\n{without_tags(text).strip()}\n</customer_message>"


def fence_sentence(text: str) -> str:
    """A sentence that somebody is to judge."""
    return f"<sentence>\n{without_tags(text).strip()}\n</sentence>"


def fence_conversation(turns: Iterable[tuple[Literal["Customer", "Assistant"], str]]) -> str:
    """Earlier turns, oldest first, one a line."""
    lines = [f"{speaker}: {' '.join(without_tags(text).split())}" for speaker, text in turns]
    return "\n".join(["<conversation>", *lines, "</conversation>"])


def without_tags(text: str) -> str:
    """The text with the angle bracket of each of our own tags replaced by ‹."""
    return OUR_TAG.sub("‹", text)


def _attribute(text: str) -> str:
    return " ".join(without_tags(text).replace('"', "'").replace(">", "›").split())
