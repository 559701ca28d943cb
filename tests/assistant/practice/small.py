"""The smallest scenario that has everything: a fact, a trap, two scenes, steps and a source."""

from csassist.assistant.practice.hearing import Said
from csassist.assistant.practice.reading import scenarios_of
from csassist.assistant.practice.scenarios import Scenario

TEXT = """
key: kettle
language: en
title: A kettle to send back
level: 1
situation: Ivo wants to send a kettle back.
wants: To know how long he has.
persona: {name: Ivo, mood: -1, patience: 3, style: short}
opening: My kettle leaks. Can I send it back?
facts:
  - {key: order, label: Order, asked: {asks: [order number]}, says: It is LH-10203040., again: You have it already.}
scenes:
  - name: start
    replies:
      - {says: "And who pays for it?", when: {gives: [30 days]}, known: [order], mood: 1, goes_to: paying}
      - {says: "Then what do you do?", when: {does: [apologises]}}
    otherwise: ["Well?", I asked something., Last time.]
  - name: paying
    replies:
      - {says: Good. Bye., when: {says: ["we…pay"]}, mood: 1, goes_to: satisfied}
    otherwise: ["Who pays?"]
traps:
  - key: today
    name: A refund today
    line: Pay me back today.
    from_turn: 2
    fell: {says: [refund you today]}
    if_fell: Great, today.
    why: Refunds come after the return.
steps:
  - {key: ask, name: Asked for the order, mark: {asks: [order number]}, advice: Ask for it.}
  - {key: term, name: Named the term, mark: {gives: [30 days]}, advice: Name it.}
sources:
  - {article: en/returns, figures: [30 days]}
leaves: I give up.
pace: {first_seconds: 60, turn_seconds: 60}
"""


def small() -> Scenario:
    return scenarios_of(TEXT)[0]


def said(text: str, *cited: str, language: str = "en") -> Said:
    return Said(text, language, cited)  # type: ignore[arg-type]
