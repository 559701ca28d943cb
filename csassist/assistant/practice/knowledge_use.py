"""
Knowledge: was the right article cited, or were its figures given; did figures come from nowhere; was too much promised.

A figure counts as known when an article of the case or a cited one states it, or when it was named in the talk by the
customer. Whether a figure was used rightly in its sentence, these rules cannot tell and do not say.
"""

from csassist.assistant.practice.hearing import Mark, Said, figures_in
from csassist.assistant.practice.practised import Finding, Line, Practised
from csassist.assistant.practice.scenarios import Source
from csassist.core.figures import Figure, missing_figures, read_figures

CITED_ONLY_RATIO = 0.7  # the customer got the article but had to find the figure in it
UNKNOWN_FIGURE_POINTS = 20
MOST_UNKNOWN = 2
GUARANTEE_POINTS = 15
GUARANTEE = Mark(does=("guarantees",))


def findings(practised: Practised) -> list[Finding]:
    said = practised.said()
    share = 100 / len(practised.scenario.sources)
    return [
        *(_used(source, said, share) for source in practised.scenario.sources),
        *_unknown_figures(practised, said),
        *_guarantees(said),
    ]


def _used(source: Source, said: list[tuple[Line, Said]], share: float) -> Finding:
    cited = next((line for line, _one in said if source.article in line.cited), None)
    given = [figure for figure in source.figures if any(one.gives(figure) for _line, one in said)]
    missing = [figure for figure in source.figures if figure not in given]
    words = {"given": ", ".join(given), "missing": ", ".join(missing)}
    place = cited or next((line for line, one in said if any(one.gives(figure) for figure in given)), None)
    turn = place.number if place else 0
    if cited and (given or not source.figures):
        return Finding("cited_and_given", "good", turn=turn, article=source.article, words=words)
    if source.figures and not missing:
        return Finding("figures_given", "good", turn=turn, article=source.article, words=words)
    if (told := _told(source, said)) is not None:
        return Finding("content_told", "good", sentence=told[1], turn=told[0], article=source.article)
    if cited:
        points = round(share * (1 - CITED_ONLY_RATIO))
        return Finding("cited_only", "bad", points, turn=turn, article=source.article, words=words)
    if given:
        points = round(share * len(missing) / len(source.figures))
        return Finding("figures_partly", "bad", points, turn=turn, article=source.article, words=words)
    return Finding("article_unused", "bad", round(share), article=source.article, words=words)


def _told(source: Source, said: list[tuple[Line, Said]]) -> tuple[int, str] | None:
    mark = Mark(says=source.says)
    return next(((line.number, heard.sentence) for line, one in said if (heard := one.hears(mark))), None)


def _unknown_figures(practised: Practised, said: list[tuple[Line, Said]]) -> list[Finding]:
    """Figures that stand nowhere; not looked for when an article of the case cannot be read now."""
    if any(source.article not in practised.articles for source in practised.scenario.sources):
        return [Finding("figures_unchecked", "note")]
    scenario = practised.scenario
    by_customer = [line.text for line in practised.lines if not line.is_agent]
    expected = [figure for source in scenario.sources for figure in source.figures]
    known = figures_in([*practised.articles.values(), *by_customer, *scenario.known_figures, *expected])
    result = []
    for line, one in said:
        for sentence in one.sentences:
            for figure in missing_figures(_stated(sentence), known):
                words = {"figure": figure.text or figure.value}
                result.append(Finding("figure_unknown", "bad", UNKNOWN_FIGURE_POINTS, sentence, line.number, "", words))
    first_of_each = {str(one.words["figure"]): one for one in reversed(result)}
    return list(first_of_each.values())[::-1][:MOST_UNKNOWN]


def _stated(sentence: str) -> list[Figure]:
    """Its figures, without number words that measure nothing, such as "three times"."""
    return [one for one in read_figures(sentence).figures if one.unit or any(sign.isdigit() for sign in one.text)]


def _guarantees(said: list[tuple[Line, Said]]) -> list[Finding]:
    for line, one in said:
        if heard := one.claims(GUARANTEE):
            return [Finding("guarantee", "bad", GUARANTEE_POINTS, heard.sentence, line.number)]
    return []
