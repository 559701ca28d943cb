"""Steps: what a good agent does in this case, done or missed, and in which order."""

from csassist.assistant.practice.practised import Finding, Practised
from csassist.assistant.practice.scenarios import Step

OUT_OF_ORDER_POINTS = 8
CAUGHT_POINTS = 25


def findings(practised: Practised) -> list[Finding]:
    done = {step.key: found for step in practised.scenario.steps if (found := _first(practised, step))}
    cost = 100 / len(practised.scenario.steps)
    result = []
    latest = 0
    for step in practised.scenario.steps:
        found = done.get(step.key)
        words = {"step": step.name, "advice": step.advice}
        if found is None:
            article = step.mark.cites[0] if step.mark.cites else ""
            result.append(Finding("step_missed", "bad", round(cost), article=article, words=words))
        elif step.in_order and found.turn < latest:
            result.append(
                Finding("step_late", "bad", OUT_OF_ORDER_POINTS, found.sentence, found.turn, found.article, words)
            )
        else:
            result.append(Finding("step_done", "good", 0, found.sentence, found.turn, found.article, words))
            latest = max(latest, found.turn if step.in_order else 0)
    return [*result, *_traps(practised)]


def _first(practised: Practised, step: Step) -> Finding | None:
    for line, said in practised.said():
        if heard := said.hears(step.mark):
            return Finding("", "good", sentence=heard.sentence, turn=line.number, article=heard.article)
    return None


def _traps(practised: Practised) -> list[Finding]:
    result = []
    for trap in practised.scenario.traps:
        words = {"trap": trap.name, "advice": trap.why}
        if trap.key in practised.fell:
            places = ((line.number, one.claims(trap.fell)) for line, one in practised.said())
            number, heard = next(((number, heard) for number, heard in places if heard), (0, None))
            sentence = heard.sentence if heard else ""
            result.append(Finding("trap_fell", "bad", CAUGHT_POINTS, sentence, number, trap.article, words))
        elif trap.key in practised.tempted:
            result.append(Finding("trap_withstood", "good", article=trap.article, words=words))
    return result
