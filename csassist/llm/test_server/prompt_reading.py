"""What a prompt holds, as far as the test server understands prompts: numbered sources and a question."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

SOURCE = re.compile(
    r"<source\s+n=\"(?P<number>\d+)\"(?P<attributes>[^>]*)>(?P<text>.*?)</source>", re.DOTALL | re.IGNORECASE
)
TITLE = re.compile(r"title=\"(?P<title>[^\"]*)\"")
QUESTION_TAG = re.compile(
    r"<(?P<tag>question|customer_message)[^>]*>(?P<text>.*?)</(?P=tag)>", re.DOTALL | re.IGNORECASE
)
PROFILE = re.compile(r"<customer_profile>.*?</customer_profile>", re.DOTALL)
CONVERSATION = re.compile(r"<conversation>.*?</conversation>", re.DOTALL)
QUESTION_LINE = re.compile(r"^(?:question|问题)\s*[:：]\s*(?P<text>.+)$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Source:
    number: int
    title: str
    text: str


@dataclass(frozen=True)
class Prompt:
    """`system` holds the system messages, `material` what customers and authors wrote, without our instructions."""

    system: str
    material: str
    question: str
    sources: tuple[Source, ...]


def read_prompt(messages: Sequence[object]) -> Prompt:
    """The parts of a list of wire messages; the question is the one labelled so, else the last user message."""
    spoken = [(str(message.get("role")), _text(message)) for message in messages if isinstance(message, dict)]
    system = "\n".join(text for role, text in spoken if role in {"system", "developer"})
    asked = "\n".join(text for role, text in spoken if role not in {"system", "developer"})
    users = [text for role, text in spoken if role == "user"]
    question = _question(users[-1] if users else asked)
    fenced = [match.group() for pattern in (SOURCE, CONVERSATION, PROFILE) for match in pattern.finditer(asked)]
    return Prompt(
        system=system,
        material="\n".join([*fenced, question]),
        question=question,
        sources=tuple(_sources(f"{system}\n{asked}")),
    )


def _question(text: str) -> str:
    without_sources = SOURCE.sub("\n", text)
    for pattern in (QUESTION_TAG, QUESTION_LINE):
        found = list(pattern.finditer(without_sources))
        if found:
            return found[-1]["text"].strip()
    return without_sources.strip()


def _sources(text: str) -> list[Source]:
    """The sources by number; a later one wins, because standing instructions may show what a source looks like."""
    sources: dict[int, Source] = {}
    for match in SOURCE.finditer(text):
        title = TITLE.search(match["attributes"])
        number = int(match["number"])
        sources[number] = Source(number, title["title"] if title else "", match["text"].strip())
    return list(sources.values())


def _text(message: dict[str, object]) -> str:
    content = message.get("content")
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""
