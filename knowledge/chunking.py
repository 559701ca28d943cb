"""
Cuts a document's body into chunks that can be found, read and cited on their own.

A chunk never crosses a heading, a table row or (unless one sentence alone is too long) a sentence, and every visible
character of the body lies in some chunk. Sizes count both scripts at once: 110 English words weigh as much as 220 Han
characters. Changing any decision here means raising CHUNKING_GENERATION: passages are then cut and embedded anew.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from csassist.core.text import HAN_CHARACTER, LATIN_WORD, Span, detect_language, split_sentences

CHUNKING_GENERATION = 2

TARGET_ENGLISH_WORDS = 110
TARGET_HAN_CHARACTERS = 220
# Without blanks; twice what prose of the target size has: only text of few words (figures, codes, noise) gets there.
TARGET_CHARACTERS = 1_500
LONGEST_UNBROKEN_CHARACTERS = 200
LONGEST_HEADING_CHARACTERS = 300
LONGEST_TABLE_HEADER_CHARACTERS = 2_000
LONGEST_ROW_CHARACTERS = 6_000
LARGEST_SIZE = 1.35  # in units of the target; one chunk may grow to this before it is split
QUESTION_TEXT_CHARACTERS = 300  # a longer title or heading is no question anyone asks

ChunkKind = Literal["passage", "qa", "table"]
_BlockKind = Literal["paragraph", "list", "table", "code"]

_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*)$")
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
_LIST_ITEM = re.compile(r"^\s*(?:[-*+•·▪●]\s|\(?\d{1,3}[.)、]\s?|[（(]?[一二三四五六七八九十]{1,3}[、.）)])")
_TABLE_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_CUT_POINT = re.compile(r"[，,、；;：:)）]\s*|\s+")


@dataclass(frozen=True, slots=True)
class Chunk:
    """
    `start` and `end` are offsets in the body. The text is `body[start:end]`, but for later pieces of a long table,
    which repeat the header row before it. `questions` are what this chunk answers, in a customer's words.
    """

    ordinal: int
    text: str
    heading_path: tuple[str, ...]
    questions: tuple[str, ...]
    start: int
    end: int
    kind: ChunkKind


@dataclass(frozen=True, slots=True)
class QaRow:
    question: str
    answer: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Atom:
    """A piece that should not be cut: `header` is repeated when its table continues in a new chunk."""

    start: int
    end: int
    size: float
    kind: _BlockKind
    header: str = ""
    block: int = 0


@dataclass(frozen=True, slots=True)
class _Section:
    start: int
    end: int
    path: tuple[str, ...]


def chunk_markdown(body: str, *, title: str = "", language: str | None = None) -> tuple[Chunk, ...]:
    """
    The chunks of a Markdown or plain text body in order; nothing for a blank body.

    `title` and `language` are accepted for callers that know them; cutting needs neither.
    """
    chunks: list[Chunk] = []
    for section in _sections(body):
        for start, end, header, kind in _pack(body, _atoms(body, section.start, section.end)):
            text = f"{header}\n{body[start:end]}" if header else body[start:end]
            questions = tuple(heading for heading in section.path[-1:] if is_question(heading))
            chunks.append(Chunk(len(chunks), text, section.path, questions, start, end, kind))
    return tuple(chunks)


def chunk_qa(rows: Iterable[QaRow]) -> tuple[Chunk, ...]:
    """One chunk a row, question before answer; offsets are those of `qa_body`. Rows without any text are left out."""
    chunks: list[Chunk] = []
    position = 0
    for row in rows:
        text = _qa_text(row)
        if not text:
            continue
        questions = tuple(
            dict.fromkeys(asked for asked in (row.question.strip(), *map(str.strip, row.aliases)) if asked)
        )
        chunks.append(Chunk(len(chunks), text, (), questions, position, position + len(text), "qa"))
        position += len(text) + 2
    return tuple(chunks)


def qa_body(rows: Iterable[QaRow]) -> str:
    """The rows as one readable text, in which the offsets of `chunk_qa` count."""
    return "\n\n".join(text for text in map(_qa_text, rows) if text)


def _qa_text(row: QaRow) -> str:
    return "\n".join(part for part in (row.question.strip(), row.answer.strip()) if part)


def embedded_text(chunk: Chunk, title: str) -> str:
    """The chunk with its title and headings in front, those left out that the text itself begins with."""
    context = [part.strip() for part in (title, *chunk.heading_path) if part.strip()]
    opening = chunk.text.lstrip("# \n")
    carried = [part for part in dict.fromkeys(context) if not opening.startswith(part)]
    return "\n".join([*carried, chunk.text])


def is_question(text: str) -> bool:
    """Whether a heading or title reads as something a customer would ask."""
    if not text or len(text) > QUESTION_TEXT_CHARACTERS:
        return False
    if text.rstrip().endswith(("?", "？")):
        return True
    if detect_language(text) == "zh":
        return bool(re.search(r"如何|怎么|怎样|什么|为何|为什么|是否|能否|可以吗|哪|多少|多久|吗$|呢$", text))
    return bool(re.match(r"(?i)(how|what|why|when|where|who|which|can|could|do|does|is|are|will|should)\b", text))


def text_size(text: str) -> float:
    """The weight of a text in units of the target chunk size; of a text of few words, its length decides."""
    han = len(HAN_CHARACTER.findall(text))
    words = len(LATIN_WORD.findall(HAN_CHARACTER.sub(" ", text)))
    return max(han / TARGET_HAN_CHARACTERS + words / TARGET_ENGLISH_WORDS, _visible_count(text) / TARGET_CHARACTERS)


def _visible_count(text: str) -> int:
    return len(text) - text.count(" ")


def _lines(body: str, start: int, end: int) -> Iterator[Span]:
    """The (start, end) of every line, without its line break."""
    while start < end:
        found = body.find("\n", start, end)
        stop = end if found < 0 else found
        yield start, stop
        start = stop + 1


def _sections(body: str) -> list[_Section]:
    """The body cut before every heading that has text under it; a bare heading goes with the section that follows."""
    sections: list[_Section] = []
    path: list[tuple[int, str]] = []
    start, has_text, fence = 0, False, ""
    for line_start, line_end in _lines(body, 0, len(body)):
        line = body[line_start:line_end]
        opened = _FENCE.match(line)
        if opened:
            fence = "" if fence and opened.group(1).startswith(fence) else fence or opened.group(1)
        heading = None if fence or opened else _HEADING.match(line)
        if heading is None:
            has_text = has_text or bool(line.strip())
            continue
        if has_text:
            sections.append(_Section(start, line_start, tuple(name for _, name in path)))
            start, has_text = line_start, False
        level = len(heading.group(1))
        path = [(depth, name) for depth, name in path if depth < level]
        path.append((level, _heading_text(heading.group(2))))
    if body[start:].strip():
        sections.append(_Section(start, len(body), tuple(name for _, name in path if name)))
    return sections


def _heading_text(written: str) -> str:
    """A heading without the marks that may close it, cut where no heading goes on: every passage below carries it."""
    return written.rstrip().rstrip("#").strip()[:LONGEST_HEADING_CHARACTERS]


def _atoms(body: str, start: int, end: int) -> list[_Atom]:
    atoms: list[_Atom] = []
    for number, (kind, block_start, block_end) in enumerate(_blocks(body, start, end)):
        size = text_size(body[block_start:block_end])
        if size <= 1 and kind != "paragraph":
            atoms.append(_Atom(block_start, block_end, size, kind, "", number))
            continue
        atoms.extend(_split_block(body, kind, block_start, block_end, number))
    return atoms


def _blocks(body: str, start: int, end: int) -> Iterator[tuple[_BlockKind, int, int]]:
    kind: _BlockKind | None = None
    block_start = block_end = start
    fence = ""
    for line_start, line_end in _lines(body, start, end):
        line = body[line_start:line_end]
        found = "code" if fence else _line_kind(line, kind)
        opened = _FENCE.match(line)
        if opened:
            fence = "" if fence and opened.group(1).startswith(fence) else fence or opened.group(1)
            found = "code"
        if found != kind:
            if kind is not None:
                yield kind, block_start, block_end
            kind, block_start = found, line_start
        block_end = line_end
    if kind is not None:
        yield kind, block_start, block_end


def _line_kind(line: str, current: _BlockKind | None) -> _BlockKind | None:
    """What block a line belongs to; nothing for a blank line, which ends a paragraph."""
    stripped = line.strip()
    if not stripped:
        return None
    if stripped.startswith("|") or (current == "table" and "|" in stripped):
        return "table"
    if _LIST_ITEM.match(line):
        return "list"
    if current == "list" and line.startswith(("  ", "\t")):
        return "list"
    return "paragraph"


def _split_block(body: str, kind: _BlockKind, start: int, end: int, number: int) -> Iterator[_Atom]:
    if kind == "table":
        yield from _table_rows(body, start, end, number)
        return
    spans: Iterable[Span]
    if kind == "list":
        spans = _list_items(body, start, end)
    elif kind == "code":
        spans = _lines(body, start, end)
    else:
        spans = ((start + first, start + last) for first, last in split_sentences(body[start:end]))
    for span_start, span_end in spans:
        for piece_start, piece_end in _cut_to_size(body, span_start, span_end):
            if body[piece_start:piece_end].strip():
                size = text_size(body[piece_start:piece_end])
                yield _Atom(piece_start, piece_end, size, kind, "", number)


def _table_rows(body: str, start: int, end: int, number: int) -> Iterator[_Atom]:
    rows = list(_lines(body, start, end))
    has_header = len(rows) > 1 and bool(_TABLE_RULE.match(body[slice(*rows[1])]))
    header = body[rows[0][0] : rows[1][1]] if has_header else ""
    if len(header) > LONGEST_TABLE_HEADER_CHARACTERS:
        header = ""
    if has_header:
        rows[:2] = [(rows[0][0], rows[min(2, len(rows) - 1)][1])]
        del rows[1:2]
    for position, (row_start, row_end) in enumerate(rows):
        for piece_start, piece_end in _row_pieces(body, row_start, row_end):
            size = text_size(body[piece_start:piece_end])
            yield _Atom(piece_start, piece_end, size, "table", header if position else "", number)


def _row_pieces(body: str, start: int, end: int) -> Iterator[Span]:
    """A table row whole, as long as anybody could read it; else cut like a paragraph."""
    if end - start <= LONGEST_ROW_CHARACTERS:
        yield start, end
    else:
        yield from _cut_to_size(body, start, end)


def _list_items(body: str, start: int, end: int) -> Iterator[Span]:
    item_start = item_end = start
    for line_start, line_end in _lines(body, start, end):
        if line_start > start and _LIST_ITEM.match(body[line_start:line_end]):
            yield item_start, item_end
            item_start = line_start
        item_end = line_end
    yield item_start, item_end


def _cut_to_size(body: str, start: int, end: int) -> Iterator[Span]:
    """The span whole, or cut at clauses and blanks where it alone is larger than a chunk may be."""
    if text_size(body[start:end]) <= LARGEST_SIZE:
        yield start, end
        return
    inner = split_sentences(body[start:end])
    if len(inner) > 1:
        for first, last in inner:
            yield from _cut_to_size(body, start + first, start + last)
        return
    piece_start, size = start, 0.0
    cuts = list(_cut_points(body, start, end))
    for previous, cut in zip([start, *cuts], [*cuts, end], strict=True):
        size += text_size(body[previous:cut])
        if size >= 1 and cut < end:
            yield piece_start, cut
            piece_start, size = cut, 0.0
    if piece_start < end:
        yield piece_start, end


def _cut_points(body: str, start: int, end: int) -> Iterator[int]:
    """Where a span may be cut: behind clauses and blanks, and anywhere in what goes on without them for too long."""
    last = start
    for match in [*_CUT_POINT.finditer(body, start, end), None]:
        found = match.end() if match else end
        yield from range(last + LONGEST_UNBROKEN_CHARACTERS, found, LONGEST_UNBROKEN_CHARACTERS)
        if found < end:
            yield found
        last = found


def _pack(body: str, atoms: Sequence[_Atom]) -> Iterator[tuple[int, int, str, ChunkKind]]:
    """Atoms joined into runs of about equal size near the target, broken where a block begins if one is near."""
    total = sum(atom.size for atom in atoms)
    if not atoms:
        return
    if total <= LARGEST_SIZE:
        yield _joined(atoms)
        return
    aim = total / max(2, round(total))
    run: list[_Atom] = []
    size, remaining = 0.0, total
    for atom in atoms:
        if run and _closes(body, run, size, atom, aim, remaining):
            yield _joined(run)
            remaining -= size
            run, size = [], 0.0
        run.append(atom)
        size += atom.size
    yield _joined(run)


def _closes(body: str, run: Sequence[_Atom], size: float, atom: _Atom, aim: float, remaining: float) -> bool:
    if size + atom.size > LARGEST_SIZE:
        return True
    if remaining - size < 0.25 * aim:
        return False
    introduces = body[run[-1].start : run[-1].end].rstrip().endswith((":", "："))
    if introduces:
        return False
    begins_block = atom.block != run[-1].block
    return size + atom.size / 2 > aim or (begins_block and size >= 0.7 * aim)


def _joined(run: Sequence[_Atom]) -> tuple[int, int, str, ChunkKind]:
    in_table = sum(atom.size for atom in run if atom.kind == "table") > sum(atom.size for atom in run) / 2
    return run[0].start, run[-1].end, run[0].header, "table" if in_table else "passage"
