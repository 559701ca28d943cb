"""The visible text of a Word paragraph: without deletions, field codes and hidden runs, with links and notes."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from docx.oxml.ns import qn
from lxml import etree

from knowledge.loaders.superscripts import after_superscript
from knowledge.loaders.word_styles import Styles

_ALTERNATE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Choice"
# Characters that XML forbids, so that no document can hold them.
_RAISED_BEGINS, _RAISED_ENDS = "\x02", "\x03"
_DELETED = {qn("w:del"), qn("w:moveFrom")}
_CONTAINERS = {qn("w:ins"), qn("w:moveTo"), qn("w:smartTag"), qn("w:customXml"), qn("w:fldSimple"), qn("w:sdtContent")}
_BOX = qn("w:txbxContent")
_LITERAL = {
    qn("w:tab"): " ",
    qn("w:br"): "\n",
    qn("w:cr"): "\n",
    qn("w:noBreakHyphen"): "-",
    qn("w:ptab"): " ",
}


@dataclass(slots=True)
class TextReader:
    """
    Reads paragraphs of one document.

    `links` maps relation ids to web addresses, `notes` maps foot- and endnote ids to their text. `hidden_characters`
    counts what was left out because its reader would not see it.
    """

    styles: Styles
    links: Mapping[str, str]
    notes: Mapping[str, str]
    hidden_characters: int = 0
    boxes: list[etree._Element] = field(default_factory=list)

    def text(self, paragraph: etree._Element) -> str:
        """The text with line breaks as "\\n"; text boxes anchored in it are put into `boxes`."""
        text = ""
        for part in "".join(self._parts(paragraph)).split(_RAISED_ENDS):
            before, _mark, raised = part.partition(_RAISED_BEGINS)
            text = after_superscript(text + before, raised) if raised else text + before
        return "\n".join(line for line in (" ".join(line.split()) for line in text.split("\n")) if line)

    def _parts(self, node: etree._Element) -> Iterator[str]:
        for child in node:
            if child.tag in _DELETED or not isinstance(child.tag, str):
                continue
            if child.tag == qn("w:r"):
                yield from self._run(child)
            elif child.tag == qn("w:hyperlink"):
                yield self._link("".join(self._parts(child)), self.links.get(child.get(qn("r:id")), ""))
            elif child.tag == qn("w:sdt"):
                content = child.find(qn("w:sdtContent"))
                yield from self._parts(content) if content is not None else ()
            elif child.tag in _CONTAINERS:
                yield from self._parts(child)

    def _run(self, run: etree._Element) -> Iterator[str]:
        if self.styles.hides(run):
            self.hidden_characters += sum(len(text.text or "") for text in run.iter(qn("w:t")))
            return
        for child in run:
            if child.tag == qn("w:t"):
                text = child.text or ""
                yield f"{_RAISED_BEGINS}{text}{_RAISED_ENDS}" if _is_raised(run) and text.strip().isdigit() else text
            elif child.tag in _LITERAL:
                yield _LITERAL[child.tag]
            elif child.tag in {qn("w:footnoteReference"), qn("w:endnoteReference")}:
                note = self.notes.get(f"{child.tag}:{child.get(qn('w:id'))}", "")
                yield f" ({note})" if note else ""
            elif child.tag == _ALTERNATE:
                # The fallback repeats the choice for old programs.
                choice = child.find(_CHOICE)
                self.boxes.extend(choice.iter(_BOX) if choice is not None else child.iter(_BOX))
            elif child.tag in {qn("w:drawing"), qn("w:pict"), qn("w:object")}:
                self.boxes.extend(child.iter(_BOX))

    def _link(self, text: str, target: str) -> str:
        shown = text.strip()
        if not shown or not re.match(r"(?:https?://|mailto:)\S+$", target) or shown in target or "]" in shown:
            return text
        return text.replace(shown, f"[{shown}]({target})")


def _is_raised(run: etree._Element) -> bool:
    alignment = run.find(f"{qn('w:rPr')}/{qn('w:vertAlign')}")
    return alignment is not None and alignment.get(qn("w:val")) == "superscript"
