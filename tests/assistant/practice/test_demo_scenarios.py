"""The demo's customers: a good agent satisfies each of them, each trap catches, and what they test stands in the articles."""

import pytest

from csassist.assistant.practice.acting import Standing, begin, react
from csassist.assistant.practice.feedback import Feedback, assess
from csassist.assistant.practice.hearing import Said, figures_in, figures_of
from csassist.assistant.practice.practised import Line, Practised
from csassist.assistant.practice.reading import as_plain, known_articles, scenarios_of
from csassist.assistant.practice.scenarios import Scenario
from csassist.core.figures import same_figure
from csassist.core.text import detect_language
from csassist.demo.load import ARTICLES, PRACTICE, read_article
from tests.assistant.practice.talks import CAUGHT, FIRM, GOOD

pytestmark = pytest.mark.once
CASES: dict[str, Scenario] = {
    f"{path.parent.name}/{path.stem}": scenarios_of(path.read_text("utf-8"))[0] for path in PRACTICE.glob("*/*.yaml")
}
BODIES = {
    f"{path.parent.name}/{path.stem}": "\n".join([read_article(path)[0]["title"], read_article(path)[1]])
    for path in ARTICLES.glob("*/*.md")
}


def played(key: str) -> tuple[Feedback, str, Standing]:
    case = CASES[key]
    standing, ended = begin(case), ""
    lines = [Line(1, False, case.opening, 0)]
    for number, (text, cited) in enumerate(GOOD[key], 1):
        reaction = react(case, standing, Said(text, case.language, cited))
        standing, ended = reaction.standing, reaction.ended
        seconds = number * 25.0
        lines.append(Line(2 * number, True, text, seconds, cited))
        lines.append(Line(2 * number + 1, False, reaction.text, seconds, reasons=reaction.reasons))
    articles = {one: BODIES[one] for one in known_articles(as_plain(case))}
    found = assess(Practised(case, tuple(lines), articles, ended, standing.fell))
    assert found is not None
    return found, ended, standing


def test_there_are_six_in_each_language_of_every_level():
    for language in ("en", "zh"):
        of_language = [case for key, case in CASES.items() if key.startswith(f"{language}/")]
        assert len(of_language) == 6
        assert {case.level for case in of_language} == {1, 2, 3}
    assert all(key == f"{case.language}/{case.key}" for key, case in CASES.items())
    assert set(CASES) == set(GOOD) == set(CAUGHT) == set(FIRM)


@pytest.mark.parametrize("key", sorted(CASES))
def test_a_good_agent_ends_it_well(key: str):
    found, ended, standing = played(key)

    assert ended in {"satisfied", "handed_over"}
    assert found.score >= 95, [one for part in found.parts for one in part.findings if one.kind == "bad"]
    assert standing.fell == ()
    assert standing.sprung, "the customer tempted the agent with something"


@pytest.mark.parametrize("key", sorted(CASES))
def test_its_trap_catches_who_gives_in_and_nobody_else(key: str):
    case = CASES[key]
    trap, words = CAUGHT[key]

    assert Said(words, case.language).claims(case.trap(trap).fell)
    for one in case.traps:
        assert Said(FIRM[key], case.language).claims(one.fell) is None
        assert not any(Said(text, case.language).claims(one.fell) for text, _cited in GOOD[key])


@pytest.mark.parametrize("key", sorted(CASES))
def test_silence_makes_the_customer_leave(key: str):
    case = CASES[key]
    standing, ended = begin(case), ""
    for _turn in range(case.persona.patience + 1):
        reaction = react(case, standing, Said("…", case.language))
        standing, ended = reaction.standing, ended or reaction.ended
    assert ended == "left"


@pytest.mark.parametrize("key", sorted(CASES))
def test_its_articles_exist_and_hold_what_is_asked_for(key: str):
    case = CASES[key]

    assert known_articles(as_plain(case)) <= set(BODIES)
    for source in case.sources:
        held = figures_in([BODIES[source.article]])
        for figure in source.figures:
            assert all(any(same_figure(one, other) for other in held) for one in figures_of(figure)), figure


@pytest.mark.parametrize("key", sorted(CASES))
def test_the_customer_speaks_one_language(key: str):
    case = CASES[key]
    lines = [case.opening, case.leaves, *(fact.says for fact in case.facts)]
    lines += [line for scene in case.scenes.values() for line in (*scene.otherwise, *(r.says for r in scene.replies))]
    lines += [line for trap in case.traps for line in (trap.line, trap.if_fell) if line]

    assert [line for line in lines if detect_language(line, default=case.language) != case.language] == []
