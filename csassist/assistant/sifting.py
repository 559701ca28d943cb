"""
Between a written sentence and its release: every check, what is quoted in its place, and the note of both.

Whatever becomes part of an answer goes through here, a model's sentences and the quotations alike.
"""

from dataclasses import dataclass, replace

from csassist.assistant.checking import Checks, kept_text
from csassist.assistant.citations import WrittenSentence
from csassist.assistant.extractive import Excerpt, TextSense, excerpts, quotable
from csassist.assistant.release import Release
from csassist.assistant.repair import repair
from csassist.assistant.traces import TraceNotes
from csassist.assistant.verification import Fault, Verdict
from knowledge.chunking import text_size
from knowledge.ports import RetrievalResult
from knowledge.tokenizing import index_tokens

TEXT_SENSE = TextSense(index_tokens, text_size)


@dataclass(frozen=True)
class Sieve:
    """Of one answer. The instructions it must not tell are those that `notes` know of at the time."""

    checks: Checks
    found: RetrievalResult
    release: Release
    notes: TraceNotes

    def written(self, sentence: WrittenSentence) -> None:
        """A model's sentence: released when it passes every check, else its source is quoted where that helps."""
        checked = replace(self.checks, instructions=self.notes.instructions).written(sentence)
        verdict, fault = checked.verdict, checked.fault
        if fault is None and not self.release.sentence(sentence.lead, sentence.text, verdict.cited):
            fault = Fault.SOURCE_WITHDRAWN
        self.notes.note_sentence(
            kept_text(sentence.text, fault),
            released=fault is None,
            cited=list(verdict.cited),
            unknown=sentence.unknown_count,
            support=round(verdict.support, 3),
            fault=fault and str(fault),
            detail=verdict.detail,
            judgement=checked.judgement,
        )
        if verdict.fault is not None:
            self._quote_instead(sentence, verdict.fault, verdict)

    def quotations(self) -> None:
        """The answer in the words of the passages."""
        for excerpt in excerpts(self.found.searched_text, quotable(self.found.passages), TEXT_SENSE):
            self._quote(excerpt, "\n\n" if self.release.count else "")

    def _quote_instead(self, sentence: WrittenSentence, fault: Fault, verdict: Verdict) -> None:
        """Where the model got the right matter wrong, let the passage speak for itself."""
        cited = [one for one in quotable(self.found.passages) if one.number in verdict.cited]
        said = [str(one["text"]) for one in self.notes.sentences if one["released"]]
        quoted = repair(sentence.text, fault, cited, TEXT_SENSE, said=said)
        if quoted is not None:
            self._quote(quoted, sentence.lead)

    def _quote(self, quoted: Excerpt, lead: str) -> None:
        fault, detail = self.checks.quoted(quoted.text, quoted.number)
        place = (quoted.start, quoted.end)
        if fault is None and not self.release.sentence(lead, quoted.text, (quoted.number,), quote=place):
            fault = Fault.SOURCE_WITHDRAWN
        self.notes.note_sentence(
            kept_text(quoted.text, fault),
            released=fault is None,
            cited=[quoted.number],
            fault=fault and str(fault),
            detail=detail,
        )
