"""
Puts text that nobody vouches for between tags, so that a model can tell material from instructions.

The text inside can never close its fence or open another one: a tag of ours in it loses its angle bracket, and nothing
else is changed, so a model can still quote word for word.
"""

import re
from collections.abc import Iterable
from typing import Literal

Speaker = Literal["Customer", "Assistant", "Agent"]
_TAGS = "sources?|customer_message|conversation|sentence|customer_profile|reply_text|persona|customer_line"
OUR_TAG = re.compile(rf"<(?=\s{{0,8}}/?\s{{0,8}}(?:{_TAGS})\b)", re.IGNORECASE)


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


def fence_text(text: str) -> str:
    """A text of a colleague's that is to be reworded."""
    return f"<reply_text>\n{without_tags(text).strip()}\n</reply_text>"


def fence_profile(facts: Iterable[tuple[str, str]]) -> str:
    """What is known of a customer, one fact a line."""
    lines = [f"{' '.join(name.split())}: {' '.join(without_tags(value).split())}" for name, value in facts]
    return "\n".join(["<customer_profile>", *lines, "</customer_profile>"])


def fence_persona(text: str) -> str:
    """Whom a model is to play."""
    return f"<persona>\n{without_tags(text).strip()}\n</persona>"


def fence_customer_line(text: str) -> str:
    """A line that somebody is to say in words of their own."""
    return f"<customer_line>\n{without_tags(text).strip()}\n</customer_line>"


def fence_conversation(turns: Iterable[tuple[Speaker, str]]) -> str:
    """Earlier turns, oldest first, one a line."""
    lines = [f"{speaker}: {' '.join(without_tags(text).split())}" for speaker, text in turns]
    return "\n".join(["<conversation>", *lines, "</conversation>"])


def without_tags(text: str) -> str:
    """The text with the angle bracket of each of our own tags replaced by ‹."""
    return OUR_TAG.sub("‹", text)


def _attribute(text: str) -> str:
    return " ".join(without_tags(text).replace('"', "'").replace(">", "›").split())
