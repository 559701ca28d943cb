"""
What can be measured between a sentence and the sources it cites.

Each measure is a number from 0 to 1, larger meaning more of what its name says; none depends on how long the sentence
is.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from csassist.assistant.grounding.reading import SourceReading, SourceUnit, Statement, small_words
from csassist.core import polarity
from csassist.core.figures import Figure, missing_figures, same_figure
from csassist.core.names import key, names
from knowledge.things import is_common, same_things

SECOND_UNIT_GAIN = 0.2
ALIGNED_CLAUSE_SHARE = 0.5
LONGEST_EXCHANGE = 4
NEARLY_AS_WELL = 0.6
CLOSE_COPY = 0.6
COMMON_WORD_WEIGHT = 0.4

FEATURES = (
    "novel",
    "novel_clause",
    "outside_window",
    "scattered",
    "unordered",
    "novel_and_unused",
    "figure_elsewhere",
    "figure_conflict",
    "thing_unknown",
    "things_unknown",
    "thing_exchanged",
    "thing_moved",
    "thing_substituted",
    "negation",
    "exclusive_added",
    "exclusive_lost",
    "condition_added",
    "condition_lost",
    "duty",
    "quantity",
    "bound",
    "opposite",
)


@dataclass(frozen=True)
class Comparison:
    """The measures by name, and the words that stand for the worst contradiction ("" when there is none)."""

    values: dict[str, float]
    misplaced: str = ""
    contradiction: str = ""


def compare(statement: Statement, sources: Sequence[SourceReading]) -> Comparison:
    """Lay a sentence beside the sentences of the sources it cites, in the language of the sources."""
    units = [unit for source in sources for unit in source.units]
    is_copy = any(unit.statement.bare == statement.bare for unit in units)
    if is_copy or not statement.terms:  # "yes", "eight": nothing that could be compared
        return Comparison(dict.fromkeys(FEATURES, 0.0))
    weights = _rarity(statement, units)
    window = _window(statement, units, weights)
    near = frozenset().union(*(unit.statement.terms | unit.context_terms for unit in window))
    held = frozenset().union(*(source.terms for source in sources))
    novel = 1.0 - _share(statement.terms, held, weights)
    used = _used(statement, window)
    elsewhere, conflict, figure_text = _figures_out_of_place(statement, units, window)
    turned, turned_text = _contradictions(statement, window, _neighbours(statement, units, window, weights))
    strange = _things_outside(statement, held, "\n".join(source.folded for source in sources))
    own = frozenset().union(*(unit.statement.terms | unit.heading_terms for unit in window))
    moved = _things_outside(statement, own, "\n".join(f"{u.statement.folded}\n{u.heading}" for u in window)) - strange
    passed_over = _passed_over(statement, window)
    values = {
        "novel": novel,
        "novel_clause": max((1.0 - _share(terms, held, weights) for terms in _stated_clauses(statement)), default=0.0),
        "outside_window": 1.0 - _share(statement.terms, near, weights),
        "scattered": _scattered(statement, units, weights),
        "unordered": 1.0 - _ordered_share(statement, window),
        "novel_and_unused": novel * (1.0 - used),
        "figure_elsewhere": elsewhere,
        "figure_conflict": conflict,
        "thing_unknown": float(bool(strange)),
        "things_unknown": len(strange) / len(statement.things) if strange else 0.0,
        "thing_exchanged": float(bool(strange and passed_over)),
        "thing_moved": float(bool(moved and passed_over)),
        "thing_substituted": _substituted(statement, window, strange | moved, passed_over),
        **turned,
    }
    return Comparison(values, figure_text or next(iter(sorted(strange)), ""), turned_text)


def _things_outside(statement: Statement, terms: frozenset[str], folded: str) -> frozenset[str]:
    """The things a sentence names that neither the terms nor the text hold under any of their names."""
    return frozenset(
        thing
        for thing in statement.things
        if not same_things(thing) & terms and (thing.isascii() or thing not in folded)
    )


def _passed_over(statement: Statement, window: Sequence[SourceUnit]) -> frozenset[str]:
    """The things of the best source sentence that this one does not name: another may stand in their place."""
    best = window[0].statement if window else statement
    return frozenset(
        thing
        for thing in best.things
        if not same_things(thing) & statement.terms and (thing.isascii() or thing not in statement.folded)
    )


def _substituted(
    statement: Statement, window: Sequence[SourceUnit], new: frozenset[str], left_out: frozenset[str]
) -> float:
    """Whether, between equal words on both sides, a thing stands where the best source sentence has another."""
    if not (new and left_out):
        return 0.0
    one, other = window[0].statement.sequence, statement.sequence
    for tag, start, end, other_start, other_end in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if tag != "replace" or end - start > LONGEST_EXCHANGE or other_end - other_start > LONGEST_EXCHANGE:
            continue
        if _names_any(one[start:end], left_out) and _names_any(other[other_start:other_end], new):
            return 1.0
    return 0.0


def _names_any(words: Sequence[str], things: frozenset[str]) -> bool:
    """Whether a stretch of words names one of the things; English things are stems, the beginnings of words."""
    text = " ".join(words)
    return any(
        (thing in text.replace(" ", "")) if not thing.isascii() else any(word.startswith(thing[:-1]) for word in words)
        for thing in things
    )


def _scattered(statement: Statement, units: Sequence[SourceUnit], weights: dict[str, float]) -> float:
    """What the best sentence of the sources lacks of a clause that they hold between them, for the worst clause."""
    worst = 0.0
    for terms in _stated_clauses(statement):
        together = frozenset().union(*(unit.statement.terms for unit in units)) & terms
        best = max(
            (_share(together, unit.statement.terms | unit.context_terms, weights) for unit in units), default=1.0
        )
        worst = max(worst, 1.0 - best)
    return worst


def _stated_clauses(statement: Statement) -> list[frozenset[str]]:
    return [terms for _clause, terms in statement.clauses if len(terms) > 1]


def _rarity(statement: Statement, units: Sequence[SourceUnit]) -> dict[str, float]:
    """Weights of the terms: what stands in few sentences of the sources, or in none, says most."""
    weights = {}
    for term in statement.terms:
        count = sum(1 for unit in units if term in unit.statement.terms)
        weight = math.log(1.0 + (len(units) + 1.0) / (count + 0.5))
        weights[term] = weight * COMMON_WORD_WEIGHT if is_common(term) else weight
    return weights


def _share(wanted: Iterable[str], held: frozenset[str], weights: dict[str, float]) -> float:
    """The weighted share of the terms that are held; 1 for no terms."""
    total = sum(weights.get(term, 1.0) for term in wanted)
    return sum(weights.get(term, 1.0) for term in wanted if term in held) / total if total else 1.0


def _window(statement: Statement, units: Sequence[SourceUnit], weights: dict[str, float]) -> list[SourceUnit]:
    """The sentence of the sources it most rests on, and a second one where that adds enough."""
    scored = sorted(
        ((_alignment(statement.terms, unit, weights), -position) for position, unit in enumerate(units)), reverse=True
    )
    if not scored:
        return []
    best = units[-scored[0][1]]
    rest = statement.terms - best.statement.terms
    second = max(units, key=lambda unit: _share(rest, unit.statement.terms, weights) if rest else 0.0)
    gain = sum(weights[term] for term in rest & second.statement.terms)
    if rest and second is not best and gain >= SECOND_UNIT_GAIN * sum(weights.values()):
        return [best, second]
    return [best]


def _neighbours(
    statement: Statement, units: Sequence[SourceUnit], window: Sequence[SourceUnit], weights: dict[str, float]
) -> list[SourceUnit]:
    """The window, and every sentence that fits nearly as well: one of them may be meant."""
    best = max((_alignment(statement.terms, unit, weights) for unit in window), default=0.0)
    near = [unit for unit in units if _alignment(statement.terms, unit, weights) >= NEARLY_AS_WELL * best]
    return [*window, *(unit for unit in near if unit not in window)]


def _alignment(terms: frozenset[str], unit: SourceUnit, weights: dict[str, float]) -> float:
    """How much of the terms a unit holds, with a little for being about them and nothing else."""
    own = unit.statement.terms
    precision = len(terms & own) / len(own) if own else 0.0
    return _share(terms, own, weights) + 0.3 * _share(terms, unit.context_terms, weights) + 0.2 * precision


def _used(statement: Statement, window: Sequence[SourceUnit]) -> float:
    """The share of the best source clause's terms that the sentence takes up."""
    clauses = [terms for unit in window for _clause, terms in unit.statement.clauses if terms]
    return max((len(terms & statement.terms) / len(terms) for terms in clauses), default=0.0)


def _ordered_share(statement: Statement, window: Sequence[SourceUnit]) -> float:
    """The share of neighbouring terms that are near neighbours in the window too; 1 for fewer than two terms."""
    pairs = list(zip(statement.order, statement.order[1:], strict=False))
    near = set()
    for unit in window:
        order = unit.statement.order
        near |= {(one, other) for i, one in enumerate(order) for other in order[i + 1 : i + 4]}
    return sum(1 for pair in pairs if pair in near) / len(pairs) if pairs else 1.0


def _figures_out_of_place(
    statement: Statement, units: Sequence[SourceUnit], window: Sequence[SourceUnit]
) -> tuple[float, float, str]:
    """
    How much worse the sentences that hold a figure fit than those this one rests on, for the worst of the figures,
    and whether these hold another figure of its kind that the sentence does not take up.

    A number that stands in the source, but about something else, is as wrong as an invented one.
    """
    demanded = [one for one in statement.figures if one.is_demanded]
    best = max((_likeness(statement, unit) for unit in window), default=0.0)
    elsewhere, conflict, text = 0.0, 0.0, ""
    for figure in demanded:
        if any(_holds(unit, figure) for unit in window):
            continue
        holding = max((_likeness(statement, unit) for unit in units if _holds(unit, figure)), default=0.0)
        elsewhere = max(elsewhere, 1.0 - min(1.0, holding / best) if best else 0.0)
        passed_over = [
            one
            for unit in window
            for one in unit.statement.figures
            if (one.kind, one.unit) == (figure.kind, figure.unit)
            and not any(same_figure(own, one) for own in statement.figures)
        ]
        conflict = max(conflict, float(bool(passed_over)))
        text = text or figure.text
    return elsewhere, conflict, text


def _likeness(statement: Statement, unit: SourceUnit) -> float:
    """The share of the sentence's words, small ones included, that the unit holds."""
    own = statement.words
    return len(own & (unit.statement.words | unit.context_words)) / len(own) if own else 0.0


def _holds(unit: SourceUnit, figure: Figure) -> bool:
    """A bare number in a heading is mostly part of a name ("Hub 2") and holds nothing."""
    stated = (*unit.statement.figures, *(one for one in unit.context_figures if one.unit or one.kind != "number"))
    return any(same_figure(figure, one) for one in stated)


def _contradictions(
    statement: Statement, window: Sequence[SourceUnit], neighbours: Sequence[SourceUnit]
) -> tuple[dict[str, float], str]:
    """What was lost counts as far as the sentence takes the source up: a fragment leaves out without denying."""
    source = " ".join(unit.statement.folded for unit in window)
    around = " ".join(unit.statement.folded for unit in neighbours)
    said, meant = polarity.conditions(statement.folded), polarity.conditions(source)
    kept = _kept(statement, window)
    added, lost = said - polarity.conditions(around), meant - said
    invented = _limits_invented(statement, neighbours)
    opposite = polarity.opposites_swapped(statement.folded, around) or polarity.opposites_swapped(
        statement.folded, source if _kept(statement, window) >= CLOSE_COPY else around
    )
    exclusive = {"only", "except"}
    values = {
        "negation": _negation_turned(statement, window, neighbours),
        "exclusive_added": float(bool(exclusive & added)),
        "exclusive_lost": kept * bool(exclusive & lost),
        "condition_added": invented,
        "condition_lost": kept * ("if" in lost),
        "duty": float(("must" in added and "may" in lost) or ("may" in added and "must" in lost)),
        "quantity": max(float(bool({"always", "sometimes"} & added)), kept * bool({"always", "sometimes"} & lost)),
        "bound": float(polarity.is_bound_swapped(statement.folded, source)),
        "opposite": float(bool(opposite)),
    }
    return values, opposite or ", ".join(sorted(exclusive & (said ^ meant)))


def _limits_invented(statement: Statement, neighbours: Sequence[SourceUnit]) -> float:
    """How much of a condition stands nowhere near what the sentence rests on, for the strangest of its conditions."""
    held = frozenset().union(*(unit.statement.words for unit in neighbours))
    context = " ".join(unit.context for unit in neighbours)
    worst = 0.0
    for limit in polarity.limits(statement.folded):
        wanted = small_words(limit)
        strange = [word for word in wanted if word not in held and word not in context]
        worst = max(worst, len(strange) / len(wanted) if wanted else 0.0)
    return worst


def _kept(statement: Statement, window: Sequence[SourceUnit]) -> float:
    """The share of the source sentences' terms that the sentence takes up."""
    terms = frozenset().union(*(unit.statement.terms for unit in window))
    return len(terms & statement.terms) / len(terms) if terms else 0.0


def _negation_turned(statement: Statement, window: Sequence[SourceUnit], neighbours: Sequence[SourceUnit]) -> float:
    """The closest fit of a clause whose negation differs from that of the source clause it fits best."""
    # Under a heading like "Not covered" the rows themselves need no negation: they speak for neither side.
    clauses = [
        clause for unit in window if not polarity.negations_count(unit.heading) for clause in unit.statement.clauses
    ]
    worst = 0.0
    for text, terms in statement.clauses:
        fits = [(len(terms & other) / len(terms | other), source) for source, other in clauses if terms and other]
        if not fits:
            continue
        fit, source = max(fits)
        if fit >= ALIGNED_CLAUSE_SHARE / 2 and (polarity.negations_count(text) - polarity.negations_count(source)) % 2:
            worst = max(worst, min(1.0, fit / ALIGNED_CLAUSE_SHARE))
    whole = polarity.negations_count(statement.folded) > 0
    held = any(polarity.negations_count(f"{unit.statement.folded}\n{unit.heading}") > 0 for unit in neighbours)
    return 1.0 if whole and not held else worst


def figures_without_source(statement: Statement, sources: Sequence[SourceReading]) -> list[Figure]:
    return missing_figures(statement.figures, [figure for source in sources for figure in source.figures])


def names_without_source(statement: Statement, sources: Sequence[SourceReading]) -> list[str]:
    held = frozenset().union(*(source.words for source in sources))
    return [name for name in names(statement.text) if key(name) not in held]


def terms_share(statement: Statement, source: SourceReading) -> float:
    """The plain share of a sentence's terms that a source holds; 1 for a sentence without any."""
    return len(statement.terms & source.terms) / len(statement.terms) if statement.terms else 1.0
