"""
Answering a customer: take the run, compose the answer under its lease, close the run with the reply and its trace.

It runs in a thread of the web process, or in the worker when that process died. How the answer comes about is in
`composing.compose`; here is what makes it reach this customer exactly once, whatever dies.
"""

from dataclasses import replace
from time import perf_counter
from uuid import UUID

from django.db import transaction

from csassist.assistant.composing import Composed, compose, reply_text
from csassist.assistant.conditions import conditions_for
from csassist.assistant.decision import HANDED_OVER, Decision, Reason
from csassist.assistant.draft_citations import packed
from csassist.assistant.draft_growing import file_draft
from csassist.assistant.handing_over import hand_off_for, say_that_it_is_checked
from csassist.assistant.hearing import hear
from csassist.assistant.models import AnswerRun
from csassist.assistant.outlets import CustomerOutlet, DraftOutlet
from csassist.assistant.overtaking import drop_growing, expire_open
from csassist.assistant.release import Release
from csassist.assistant.runs import Lease, RunLost, claim, drop, finish, kept_alive
from csassist.assistant.traces import TraceNotes, save_trace
from csassist.assistant.turns import Turn, read_turn
from csassist.conversations.events import CitedPassage, ReplyToPost
from csassist.conversations.models import Message
from csassist.conversations.services import ask_for_person, lock, post_reply, publish_event
from csassist.core.errors import AppError
from csassist.core.json_types import JSONObject
from csassist.core.logs import emit

State = AnswerRun.State


def answer(run_public_id: UUID) -> None:
    """Answer what the run stands for, unless another process has it. What a customer or model does never raises."""
    lease = claim(run_public_id)
    if lease is None:
        return
    turn = read_turn(lease.run)
    if turn is None:
        drop(lease)
        return
    lease = replace(lease, read_through_id=turn.read_through_id)
    try:
        with kept_alive(lease):
            _answer_or_refuse(lease, turn)
    except RunLost:
        drop(lease)


def give_up(run: AnswerRun) -> None:
    """
    Close a run that died on every attempt: the customer is told and offered a person, unless a person has taken over.
    """
    lease = claim(run.public_id, last_word=True)
    if lease is None:
        return
    turn = read_turn(run)
    if turn is None:
        drop(lease)
        return
    lease = replace(lease, read_through_id=turn.read_through_id)
    notes = TraceNotes(question=turn.text, language=turn.language)
    emit("answer.failed", run=run.public_id, error="abandoned", attempt=run.attempts_count)
    _start_over(lease)
    try:
        _close(lease, turn, notes, _failed(lease, notes))
    except RunLost:
        drop(lease)


def _answer_or_refuse(lease: Lease, turn: Turn) -> None:
    started = perf_counter()
    notes = TraceNotes(question=turn.text, language=turn.language, run=lease.run)
    if lease.run.attempts_count > 1:
        _start_over(lease)
    try:
        is_suggestion = lease.run.purpose == AnswerRun.Purpose.SUGGESTION
        conditions = conditions_for(lease.run.conversation, is_suggestion=is_suggestion)
        conditions = replace(conditions, heard=hear(lease.run.conversation, turn.message_ids))
        notes.arms = conditions.arms
        outlet = DraftOutlet(lease) if is_suggestion else CustomerOutlet(lease)
        composed = compose(turn, conditions, outlet, notes)
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
    """Post or file the reply, store the trace and close the run in one transaction. Raises RunLost when not ours."""
    run = lease.run
    with transaction.atomic():
        lock(run.conversation)  # a person who takes over comes before this reply or after it, never between
        lease.check()
        message = None
        if composed.decision.action == "draft":
            cited = _cited(composed)
            file_draft(run, text=reply_text(composed, turn, notes), citations=packed(cited), notes=notes)
        else:
            drop_growing(run)
            expire_open(run.conversation)
            if run.purpose == AnswerRun.Purpose.REPLY:
                message = _post(run, turn, notes, composed)
        save_trace(run, notes, message)
        if run.purpose == AnswerRun.Purpose.REPLY:
            _tell_customer(run, composed, message)
        is_handed_over = composed.decision.reason in HANDED_OVER and message is not None
        through_id = turn.read_through_id
        if not finish(lease, state=State.DONE, answered_through_id=through_id, again=is_handed_over):
            raise RunLost


def _post(run: AnswerRun, turn: Turn, notes: TraceNotes, composed: Composed) -> Message:
    """The reply, and with it the hand-off that it speaks of."""
    hand_off = hand_off_for(run.conversation, composed.decision.reason)
    message = post_reply(
        conversation=run.conversation,
        reply=ReplyToPost(
            text=reply_text(composed, turn, notes),
            language=turn.language,
            state=Message.State.COMPLETE if composed.is_complete else Message.State.INCOMPLETE,
            outcome=composed.decision.action,
            run_id=run.public_id,
            citations=_cited(composed),
        ),
    )
    if hand_off is not None:
        ask_for_person(conversation=run.conversation, hand_off=hand_off)
    return message


def _tell_customer(run: AnswerRun, composed: Composed, message: Message | None) -> None:
    if message is None:
        say_that_it_is_checked(run.conversation)
    facts: JSONObject = {
        "run": str(run.public_id),
        "outcome": composed.decision.action,
        "reason": str(composed.decision.reason),
        "message": str(message.public_id) if message else None,
    }
    publish_event(run.conversation_id, "done", facts)


def _cited(composed: Composed) -> tuple[CitedPassage, ...]:
    cited = composed.release.cited
    return tuple(cited[number] for number in sorted(cited))


def _start_over(lease: Lease) -> None:
    """Tell open pages to forget the sentences of this run, and forget the draft that it had begun."""
    with transaction.atomic():
        drop_growing(lease.run)
        if lease.run.purpose == AnswerRun.Purpose.REPLY:
            publish_event(lease.run.conversation_id, "reset", {"run": str(lease.run.public_id)})
