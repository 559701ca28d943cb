"""
Answering a customer: take the run, compose the answer under its lease, close the run with the reply and its trace.

It runs in a thread of the web process, or in the worker when that process died. How the answer comes about is in
`composing.compose`; here is what makes it reach this customer exactly once, whatever dies.
"""

from time import perf_counter
from uuid import UUID

from django.db import transaction

from csassist.assistant.composing import Composed, compose, reply_text
from csassist.assistant.conditions import conditions_for
from csassist.assistant.decision import Decision, Reason
from csassist.assistant.models import AnswerRun
from csassist.assistant.outlets import CustomerOutlet
from csassist.assistant.release import Release
from csassist.assistant.runs import Lease, RunLost, claim, finish, kept_alive
from csassist.assistant.traces import TraceNotes, save_trace
from csassist.assistant.turns import Turn, read_turn
from csassist.conversations.events import ReplyToPost
from csassist.conversations.models import Message
from csassist.conversations.services import lock, post_reply, publish_event
from csassist.core.errors import AppError
from csassist.core.logs import emit

State = AnswerRun.State


def answer(run_public_id: UUID) -> None:
    """Answer what the run stands for, unless another process has it. What a customer or model does never raises."""
    lease = claim(run_public_id)
    if lease is None:
        return
    turn = read_turn(lease.run)
    if turn is None:
        finish(lease, state=State.DROPPED, answered_through_id=lease.run.answered_through_id)
        return
    try:
        with kept_alive(lease):
            _answer_or_refuse(lease, turn)
    except RunLost:
        finish(lease, state=State.DROPPED, answered_through_id=turn.read_through_id)


def give_up(run: AnswerRun) -> None:
    """
    Close a run that died on every attempt: the customer is told and offered a person, unless a person has taken over.
    """
    lease = claim(run.public_id, last_word=True)
    if lease is None:
        return
    turn = read_turn(run)
    if turn is None:
        finish(lease, state=State.DROPPED, answered_through_id=lease.run.answered_through_id)
        return
    notes = TraceNotes(question=turn.text, language=turn.language)
    emit("answer.failed", run=run.public_id, error="abandoned", attempt=run.attempts_count)
    _start_over(lease)
    try:
        _close(lease, turn, notes, _failed(lease, notes))
    except RunLost:
        finish(lease, state=State.DROPPED, answered_through_id=turn.read_through_id)


def _answer_or_refuse(lease: Lease, turn: Turn) -> None:
    started = perf_counter()
    notes = TraceNotes(question=turn.text, language=turn.language)
    if lease.run.attempts_count > 1:
        _start_over(lease)
    try:
        conditions = conditions_for(lease.run.conversation)
        notes.arms = conditions.arms
        composed = compose(turn, conditions, CustomerOutlet(lease), notes)
        _close(lease, turn, notes, composed)
    except AppError as error:
        emit("answer.failed", run=lease.run.public_id, error=error.code, attempt=lease.run.attempts_count)
        _start_over(lease)
        _close(lease, turn, notes, _failed(lease, notes))
    emit(
        "answer.finished",
        run=lease.run.public_id,
        outcome=notes.outcome,
        reason=notes.reason,
        milliseconds=int((perf_counter() - started) * 1000),
    )


def _failed(lease: Lease, notes: TraceNotes) -> Composed:
    decision = Decision("hand_off", Reason.RUN_FAILED)
    notes.outcome, notes.reason = decision.action, decision.reason
    return Composed(decision, Release(CustomerOutlet(lease), ()))


def _close(lease: Lease, turn: Turn, notes: TraceNotes, composed: Composed) -> None:
    """Post the reply, store the trace and close the run in one transaction. Raises RunLost when it is not ours."""
    cited = composed.release.cited
    with transaction.atomic():
        lock(lease.run.conversation)  # a person who takes over comes before this reply or after it, never between
        lease.check()
        message = post_reply(
            conversation=lease.run.conversation,
            reply=ReplyToPost(
                text=reply_text(composed, turn, notes),
                language=turn.language,
                state=Message.State.COMPLETE if composed.is_complete else Message.State.INCOMPLETE,
                outcome=composed.decision.action,
                run_id=lease.run.public_id,
                citations=tuple(cited[number] for number in sorted(cited)),
            ),
        )
        save_trace(lease.run, notes, message)
        publish_event(
            lease.run.conversation_id,
            "done",
            {
                "run": str(lease.run.public_id),
                "outcome": composed.decision.action,
                "reason": str(composed.decision.reason),
                "message": str(message.public_id),
            },
        )
        if not finish(lease, state=State.DONE, answered_through_id=turn.read_through_id):
            raise RunLost


def _start_over(lease: Lease) -> None:
    """Tell open pages to forget the sentences of this run."""
    publish_event(lease.run.conversation_id, "reset", {"run": str(lease.run.public_id)})
