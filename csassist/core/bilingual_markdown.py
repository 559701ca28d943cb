"""
Markdown as both our languages write it: CommonMark, except that emphasis also works between Han characters.

CommonMark decides by blanks and punctuation where `**` may open and close, and Chinese has no blanks: it leaves
`**注意：**请先断电` unformatted. Here a Han neighbour counts as a word boundary.
"""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline.state_inline import Scanned, StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType

from csassist.core.text import HAN

HAN_OR_FULL_WIDTH = re.compile(f"[{HAN}\u3000-\u303f\uff00-\uffef]")
INLINE_RULES = ["text", "newline", "escape", "backticks", "emphasis", "link", "image", "autolink", "entity"]
CORE_RULES = ["normalize", "block", "inline", "text_join"]


class BilingualState(StateInline):
    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803 -- the library's names
        """Whether the marks at `start` may open or close emphasis: CommonMark 0.31 §6.2 with Han as a boundary."""
        end = start
        while end < self.posMax and self.src[end] == self.src[start]:
            end += 1
        before = self.src[start - 1] if start else " "
        after = self.src[end] if end < self.posMax else " "
        before_is_edge = isWhiteSpace(ord(before)) or _is_punctuation(before) or _is_han(before)
        after_is_edge = isWhiteSpace(ord(after)) or _is_punctuation(after) or _is_han(after)
        opens = not isWhiteSpace(ord(after)) and (not _is_punctuation(after) or before_is_edge)
        closes = not isWhiteSpace(ord(before)) and (not _is_punctuation(before) or after_is_edge)
        return Scanned(
            can_open=opens and (canSplitWord or not closes or _is_punctuation(before)),
            can_close=closes and (canSplitWord or not opens or _is_punctuation(after)),
            length=end - start,
        )


class BilingualInline(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        state = BilingualState(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


class BilingualMarkdown(MarkdownIt):
    """A parser with these block rules. Every link is parsed, whatever its scheme: the caller decides about each."""

    def __init__(self, block_rules: Sequence[str], *, line_breaks: bool) -> None:
        super().__init__("zero", {"html": False, "breaks": line_breaks, "maxNesting": 20, "xhtmlOut": False})
        self.inline = BilingualInline()
        self.inline.ruler.enableOnly(INLINE_RULES)
        self.inline.ruler2.enableOnly(["balance_pairs", "emphasis", "fragments_join"])
        self.block.ruler.enableOnly([*block_rules, "paragraph"])
        self.core.ruler.enableOnly(CORE_RULES)

    def validateLink(self, url: str) -> bool:  # noqa: N802 -- the library's name
        return True


def _is_punctuation(character: str) -> bool:
    if _is_han(character):
        return False
    return isMdAsciiPunct(ord(character)) or isPunctChar(character)


def _is_han(character: str) -> bool:
    return HAN_OR_FULL_WIDTH.match(character) is not None
