"""The trace of look-ups: a row for each, written before anything is asked. Nobody's trials leave none."""

from csassist.assistant.lookups.asking import Outcome, Verdict
from csassist.assistant.lookups.recognising import Recognised
from csassist.assistant.lookups.values import masked
from csassist.assistant.models import AnswerRun, LookUpCall
from csassist.customers.models import Customer


def open_call(run: AnswerRun | None, asked: Recognised, customer: Customer | None) -> LookUpCall | None:
    """A call about to be made, committed; None when no run makes it."""
    return _row(run, asked, Verdict.UNFINISHED, customer)


def note_unasked(
    run: AnswerRun | None, asked: Recognised, verdict: Verdict, customer: Customer | None = None
) -> LookUpCall | None:
    """That a look-up was recognised and nothing asked, and why."""
    return _row(run, asked, verdict, customer)


def finish_call(call: LookUpCall | None, outcome: Outcome) -> None:
    if call is None:
        return
    LookUpCall.objects.filter(pk=call.pk).update(
        verdict=outcome.verdict, detail=outcome.detail, status=outcome.status, milliseconds=outcome.milliseconds
    )


def _row(run: AnswerRun | None, asked: Recognised, verdict: Verdict, customer: Customer | None) -> LookUpCall | None:
    if run is None:
        return None
    return LookUpCall.objects.create(
        run=run,
        look_up_id=asked.definition.pk,
        look_up_key=asked.definition.key,
        customer=customer,
        parameters={name: masked(value) for name, value in asked.values.items()},
        verdict=verdict,
    )
