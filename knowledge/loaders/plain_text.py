"""Plain text -> Markdown body: the words stay, numbered and underlined headings become Markdown headings."""

import re

from csassist.core.files.encoding import decode_text
from knowledge.loaders.document import ParsedDocument

_UNDERLINE = re.compile(r"^(={3,}|-{3,})\s*$")
# "第三章 退货" and "一、退货政策": the usual headings of Chinese plain text.
_CHINESE_CHAPTER = re.compile(r"^第[一二三四五六七八九十百零\d]{1,6}[章节篇部分]+[\s　:：、]?\S.{0,40}$")
_CHINESE_NUMBER = re.compile(r"^[一二三四五六七八九十]{1,3}、[^。！？；]{1,40}$")


def load_text(content: bytes) -> ParsedDocument:
    lines = decode_text(content).split("\n")
    kept: list[str] = []
    for line in lines:
        text = line.rstrip()
        if (mark := _UNDERLINE.match(text)) and kept and 0 < len(kept[-1]) <= 80 and not kept[-1].startswith("#"):
            kept[-1] = f"{'#' if mark[1].startswith('=') else '##'} {kept[-1].strip()}"
        elif _CHINESE_CHAPTER.match(text):
            kept.extend(["", f"# {text.strip()}", ""])
        elif _CHINESE_NUMBER.match(text):
            kept.extend(["", f"## {text.strip()}", ""])
        else:
            kept.append(text)
    return ParsedDocument(kind="article", body="\n".join(kept))
