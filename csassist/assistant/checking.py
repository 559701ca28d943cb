"""
The checks that every sentence of an answer passes before its release, whoever wrote it.

First what may not leave at all, then what its sources say (`verification`), then, where words leave a doubt, the judge.
A sentence in another language than all its sources cannot be compared with them: without a judge it is not released.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from csassist.assistant.citations import WrittenSentence
from csassist.assistant.grounding.dictation import without_dictation
from csassist.assistant.grounding.disclosure import Instructions
from csassist.assistant.judging import Judge, Judgement
from csassist.assistant.turns import Turn
from csassist.assistant.verification import NOT_KEPT, Fault, Verdict, verify, withheld
from csassist.core.text import HAN, HAN_CHARACTER, LATIN_WORD, Language, detect_language, normalise
from knowledge.ports import RankedPassage
from knowledge.tokenizing import index_tokens

# Released without a judge from here on; between the score that releases and this one a judge is asked.
CERTAIN_SUPPORT = 0.85
HAN_RUN = re.compile(f"[{HAN}]+")
WITHHELD_TEXT = "•••"


@dataclass(frozen=True)
class Checked:
    """A verdict; `judgement` is what the judge said, None when nobody was asked."""

    verdict: Verdict
    judgement: Judgement | None = None

    @property
    def fault(self) -> Fault | None:
        return self.verdict.fault


@dataclass(frozen=True)
class Checks:
    """
    What the sentences of one answer are checked against. `texts` are its sources by number, their first line the title;
    `own_words` what the customer wrote.
    """

    texts: Mapping[int, str]
    language: Language
    own_words: str = ""
    instructions: Instructions = field(default_factory=Instructions)
    judge: Judge | None = None

    def written(self, sentence: WrittenSentence) -> Checked:
        """A model's sentence."""
        evidence = self._evidence(sentence.cited or tuple(self.texts))
        fault, detail = withheld(sentence.text, evidence, own_words=self.own_words, instructions=self.instructions)
        if fault is not None:
            return Checked(Verdict(sentence.cited, 0.0, fault, detail))
        verdict = verify(sentence.text, sentence.cited, self.texts, index_tokens, language=self.language)
        if verdict.fault is not None:
            return Checked(verdict)
        is_comparable = self._is_comparable(sentence.text, verdict.cited)
        if is_comparable and verdict.support >= CERTAIN_SUPPORT:
            return Checked(verdict)
        return self._judged(sentence.text, verdict, is_comparable)

    def quoted(self, text: str, number: int) -> tuple[Fault | None, str]:
        """The words of a source itself: why they may not be shown, if so."""
        return withheld(text, self.texts.get(number, ""), own_words=self.own_words, instructions=self.instructions)

    def _judged(self, text: str, verdict: Verdict, is_comparable: bool) -> Checked:
        """The middle band. Only a judge who says so releases what nobody could compare."""
        judgement = self.judge.judge(text, [self.texts[one] for one in verdict.cited]) if self.judge else None
        if judgement == "unsupported":
            return Checked(replace(verdict, fault=Fault.JUDGED_UNSUPPORTED), judgement)
        if not is_comparable and judgement != "supported":
            return Checked(replace(verdict, support=0.0, fault=Fault.NOT_COMPARABLE), judgement)
        return Checked(verdict, judgement)

    def _is_comparable(self, text: str, cited: tuple[int, ...]) -> bool:
        """Whether some source is in its language, or all its words stand there: names stay as they are."""
        spoken = detect_language(text)
        sources = [without_dictation(self.texts[one]) for one in cited]  # as `verify` reads them
        if any(detect_language(source) == spoken for source in sources):
            return True
        held = normalise("\n".join(sources)).lower()
        words = [*LATIN_WORD.findall(HAN_CHARACTER.sub(" ", text)), *HAN_RUN.findall(text)]
        return all(normalise(word).lower() in held for word in words)

    def _evidence(self, numbers: tuple[int, ...]) -> str:
        return "\n".join(self.texts[one] for one in numbers if one in self.texts)


def checks_of(turn: Turn, passages: Sequence[RankedPassage], judge: Judge | None) -> Checks:
    """
    The checks of an answer to a turn from these passages. Earlier messages are the customer's own words as well, and so
    is what was looked up for them in this conversation.
    """
    said = [line.text for line in turn.history if line.speaker == "Customer" or line.is_looked_up]
    texts = {
        ranked.rank: "\n".join((ranked.passage.title, *ranked.passage.heading_path, ranked.passage.text))
        for ranked in passages
    }
    return Checks(texts, turn.language, "\n".join((*said, turn.text)), judge=judge)


def kept_text(text: str, fault: Fault | None) -> str:
    """What the trace keeps of a sentence: nothing that may not leave."""
    return WITHHELD_TEXT if fault in NOT_KEPT else text
