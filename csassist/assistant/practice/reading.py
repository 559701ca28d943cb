"""
Scenarios as people write them: YAML in, a checked `Scenario` out, and back again.

Whatever is wrong is told with its place ("scenes › start › replies › 2"), so that whoever edits one can mend it.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import yaml
from django.utils.translation import gettext as _

from csassist.assistant.practice.hearing import GAP_CHARACTERS, MOST_GAPS, Mark
from csassist.assistant.practice.scenarios import (
    ENDINGS,
    MOODS,
    Fact,
    Pace,
    Persona,
    Reply,
    Scenario,
    Scene,
    Source,
    Step,
    Trap,
)
from csassist.assistant.practice.wordings import Manner
from csassist.core.errors import InvalidInput
from csassist.core.json_types import JSONObject

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

LONGEST_TEXT = 2_000
LONGEST_PHRASE = 120
MOST_ENTRIES = 60
MOST_CHARACTERS = 60_000
LANGUAGES = ("en", "zh")

Row = TypeVar("Row")


def scenarios_of(text: str) -> list[Scenario]:
    """The scenarios of a YAML file: one, or a list of them. Raises InvalidInput."""
    if len(text) > MOST_CHARACTERS * 10:
        raise InvalidInput(_("The file is too long."))
    try:
        loaded = yaml.load(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        place = getattr(error, "problem_mark", None)
        raise InvalidInput(
            _("This is not YAML: see line %(line)s.") % {"line": place.line + 1 if place else 1}
        ) from error
    rows = loaded if isinstance(loaded, list) else [loaded]
    return [scenario_of(row) for row in rows]


def scenario_of(row: object) -> Scenario:
    """A scenario from plain data, checked whole. Raises InvalidInput, which names the place."""
    place = _Place(row, "scenario")
    scenes = place.rows("scenes", _scene)
    if not scenes:
        raise place.wrong("scenes", _("needs at least one entry"))
    scenario = Scenario(
        key=place.slug("key"),
        language=place.choice("language", LANGUAGES),  # type: ignore[arg-type]
        title=place.text("title", most=120),
        level=place.number("level", 1, 3, default=1),
        situation=place.text("situation"),
        wants=place.text("wants"),
        persona=_persona(place.part("persona")),
        opening=place.text("opening"),
        scenes={scene.name: scene for scene in scenes},
        steps=place.rows("steps", _step),
        sources=place.rows("sources", _source),
        facts=place.rows("facts", _fact),
        traps=place.rows("traps", _trap),
        known_figures=place.texts("known_figures"),
        leaves=place.text("leaves"),
        pace=_pace(place.part("pace")),
    )
    place.refuse_unknown(Scenario)
    _refuse_loose_ends(scenario, place)
    return scenario


def as_plain(scenario: Scenario) -> JSONObject:
    """The scenario as it is stored; `scenario_of` reads it back."""
    plain: JSONObject = {**asdict(scenario), "scenes": [asdict(scene) for scene in scenario.scenes.values()]}
    return _slim(plain)  # type: ignore[return-value]


def as_yaml(plain: object) -> str:
    return yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, width=110)


def _slim(value: object) -> object:
    """Without what is empty, with lists for tuples."""
    if isinstance(value, dict):
        slim = {name: _slim(one) for name, one in value.items()}
        return {name: one for name, one in slim.items() if one not in ("", [], {}, None)}
    if isinstance(value, list | tuple):
        return [_slim(one) for one in value]
    return value


def _refuse_loose_ends(scenario: Scenario, place: "_Place") -> None:
    targets = {*scenario.scenes, *ENDINGS, ""}
    facts = {fact.key for fact in scenario.facts}
    for scene in scenario.scenes.values():
        for reply in scene.replies:
            if reply.goes_to not in targets:
                raise place.wrong("scenes", _("“%(name)s” is no scene and no ending") % {"name": reply.goes_to})
            if unknown := set(reply.known) - facts:
                raise place.wrong("scenes", _("“%(name)s” is no fact") % {"name": sorted(unknown)[0]})
    reached = {reply.goes_to for scene in scenario.scenes.values() for reply in scene.replies}
    if not reached & set(ENDINGS):
        raise place.wrong("scenes", _("no reply goes to an ending: satisfied, handed_over or left"))
    if not scenario.steps or not scenario.sources:
        raise place.wrong("steps" if not scenario.steps else "sources", _("needs at least one entry"))


class _Place:
    """One object of the file and where it stands."""

    def __init__(self, row: object, path: str) -> None:
        if not isinstance(row, dict):
            raise InvalidInput(_("%(place)s: write “name: value” lines here.") % {"place": path})
        self.row: dict[str, Any] = row
        self.path = path

    def wrong(self, name: str, why: str) -> InvalidInput:
        return InvalidInput(_("%(place)s: %(why)s.") % {"place": f"{self.path} › {name}", "why": why})

    def text(self, name: str, *, most: int = LONGEST_TEXT, default: str | None = None) -> str:
        value = self.row.get(name, default)
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self.wrong(name, _("a text is missing"))
        if len(value) > most:
            raise self.wrong(name, _("at most %(count)d characters") % {"count": most})
        return value.strip()

    def slug(self, name: str) -> str:
        value = self.text(name, most=80)
        if not value.replace("-", "").replace("_", "").isascii() or " " in value:
            raise self.wrong(name, _("plain letters, digits and hyphens only"))
        return value

    def choice(self, name: str, choices: tuple[str, ...], default: str | None = None) -> str:
        value = self.row.get(name, default)
        if value not in choices:
            raise self.wrong(name, _("one of %(choices)s") % {"choices": ", ".join(choices)})
        return str(value)

    def number(self, name: str, least: int, most: int, *, default: int) -> int:
        value = self.row.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self.wrong(name, _("a number from %(least)d to %(most)d") % {"least": least, "most": most})
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.row.get(name, default)
        if not isinstance(value, bool):
            raise self.wrong(name, _("yes or no"))
        return value

    def texts(self, name: str, *, most: int = LONGEST_PHRASE) -> tuple[str, ...]:
        values = self.row.get(name) or []
        if not isinstance(values, list) or len(values) > MOST_ENTRIES:
            raise self.wrong(name, _("a list of at most %(count)d texts") % {"count": MOST_ENTRIES})
        numbered = _Place({str(number): value for number, value in enumerate(values, 1)}, f"{self.path} › {name}")
        return tuple(numbered.text(number, most=most) for number in numbered.row)

    def phrases(self, name: str) -> tuple[str, ...]:
        found = self.texts(name)
        for phrase in found:
            if not phrase.strip("*…. ") or phrase.count("…") + phrase.count("...") > MOST_GAPS:
                raise self.wrong(
                    name,
                    _("“%(phrase)s” needs words, and at most %(gaps)d gaps “…” of %(characters)d characters")
                    % {"phrase": phrase, "gaps": MOST_GAPS, "characters": GAP_CHARACTERS},
                )
        return found

    def part(self, name: str) -> "_Place":
        return _Place(self.row.get(name) or {}, f"{self.path} › {name}")

    def rows(self, name: str, read: "Callable[[_Place], Row]") -> tuple[Row, ...]:
        values = self.row.get(name) or []
        if not isinstance(values, list) or len(values) > MOST_ENTRIES:
            raise self.wrong(name, _("a list of at most %(count)d entries") % {"count": MOST_ENTRIES})
        return tuple(read(_Place(value, f"{self.path} › {name} › {number}")) for number, value in enumerate(values, 1))

    def refuse_unknown(self, kind: "type[DataclassInstance]") -> None:
        """A misspelt name would otherwise be left out in silence."""
        unknown = {str(name) for name in self.row} - {field.name for field in fields(kind)}
        if unknown:
            raise self.wrong(sorted(unknown)[0], _("there is no such name here"))


def _persona(place: _Place) -> Persona:
    place.refuse_unknown(Persona)
    return Persona(
        name=place.text("name", most=80),
        mood=place.number("mood", MOODS[0], MOODS[-1], default=0),
        patience=place.number("patience", 1, 10, default=3),
        style=place.text("style"),
        about=place.text("about", default=""),
    )


def _pace(place: _Place) -> Pace:
    place.refuse_unknown(Pace)
    return Pace(
        first_seconds=place.number("first_seconds", 5, 3_600, default=60),
        turn_seconds=place.number("turn_seconds", 5, 3_600, default=120),
    )


def _mark(place: _Place) -> Mark:
    place.refuse_unknown(Mark)
    manners = place.texts("does")
    if unknown := set(manners) - set(get_args(Manner)):
        raise place.wrong("does", _("“%(name)s” is not known") % {"name": sorted(unknown)[0]})
    return Mark(
        says=place.phrases("says"),
        asks=place.phrases("asks"),
        cites=place.texts("cites"),
        gives=place.texts("gives"),
        does=manners,  # type: ignore[arg-type]  # only manners are left
    )


def _scene(place: _Place) -> Scene:
    place.refuse_unknown(Scene)
    otherwise = place.texts("otherwise", most=LONGEST_TEXT)
    if not otherwise:
        raise place.wrong("otherwise", _("needs at least one entry"))
    return Scene(place.text("name", most=40), place.rows("replies", _reply), otherwise)


def _reply(place: _Place) -> Reply:
    place.refuse_unknown(Reply)
    return Reply(
        says=place.text("says"),
        when=_mark(place.part("when")),
        known=place.texts("known"),
        turns=place.number("turns", 0, 20, default=0),
        mood=place.number("mood", -2, 2, default=0),
        goes_to=place.text("goes_to", most=40, default=""),
    )


def _fact(place: _Place) -> Fact:
    place.refuse_unknown(Fact)
    return Fact(
        key=place.slug("key"),
        label=place.text("label", most=120),
        asked=_mark(place.part("asked")),
        says=place.text("says"),
        again=place.text("again", default=""),
    )


def _trap(place: _Place) -> Trap:
    place.refuse_unknown(Trap)
    return Trap(
        key=place.slug("key"),
        name=place.text("name", most=200),
        line=place.text("line", default=""),
        from_turn=place.number("from_turn", 1, 20, default=2),
        fell=_mark(place.part("fell")),
        if_fell=place.text("if_fell"),
        why=place.text("why"),
        mood=place.number("mood", -2, 2, default=0),
        article=place.text("article", default=""),
    )


def _step(place: _Place) -> Step:
    place.refuse_unknown(Step)
    mark = _mark(place.part("mark"))
    if not mark:
        raise place.wrong("mark", _("needs at least one entry"))
    return Step(
        key=place.slug("key"),
        name=place.text("name", most=200),
        mark=mark,
        advice=place.text("advice"),
        in_order=place.flag("in_order", default=True),
    )


def _source(place: _Place) -> Source:
    place.refuse_unknown(Source)
    return Source(place.text("article", most=200), place.texts("figures"), place.phrases("says"))


def known_articles(definition: Mapping[str, Any]) -> set[str]:
    """The keys of all articles that a stored scenario names."""
    scenario = scenario_of(dict(definition))
    marks = [step.mark for step in scenario.steps] + [r.when for s in scenario.scenes.values() for r in s.replies]
    named = {key for mark in marks for key in mark.cites} | {trap.article for trap in scenario.traps if trap.article}
    return named | {source.article for source in scenario.sources}
