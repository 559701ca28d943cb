"""How much of one document stands in another in much the same words."""

from dataclasses import dataclass

from knowledge.curation.claims import PassageText
from knowledge.curation.duplicates import double

RESET = (
    "Unplug the hub. Hold the button on the back with a pen. Plug it in again while you keep the button pressed.",
    "Unplug the hub. Press the button on the back with a pen and hold it, then plug it in again with the button pressed.",
)
RESET_ZH = (
    "先拔掉网关电源，用笔按住背面的按键，再插上电源，直到指示灯快速闪白光。",
    "拔掉网关的电源，用笔按住背面按键不放，重新插上电源，直到指示灯快速闪烁白光。",
)
OTHER = "Gift cards are valid for three years and can be combined with one voucher."


@dataclass(frozen=True)
class Article:
    passages: dict[str, PassageText]

    @property
    def characters(self) -> int:
        return sum(len(one.text) for one in self.passages.values())


def article(name: str, *texts: str) -> Article:
    return Article({f"{name}{n}": PassageText(f"{name}{n}", name, (), text) for n, text in enumerate(texts)})


def alike(term: str) -> float:
    return 1.0


def every_pair(one: Article, other: Article) -> list[tuple[str, str]]:
    return [(mine, yours) for mine in one.passages for yours in other.passages]


def test_texts_said_anew_are_doubles_in_both_languages():
    for first, second in (RESET, RESET_ZH):
        one, other = article("a", first), article("b", second)
        found = double(one, other, every_pair(one, other), alike)

        assert found is not None
        assert (found.share, found.other_share) == (1.0, 1.0)
        assert {match.one.id for match in found.matches} == {"a0"}


def test_an_article_within_a_longer_one_is_a_double_of_it():
    one, other = article("a", RESET[0]), article("b", RESET[1], OTHER * 3, OTHER * 2)
    found = double(one, other, every_pair(one, other), alike)

    assert found is not None
    assert found.share == 1.0
    assert found.other_share < 0.5


def test_neighbours_on_one_subject_are_not():
    one = article("a", RESET[0], OTHER * 2)
    other = article(
        "b", "The hub pulses blue when it is online and white while it starts.", OTHER.replace("three", "3")
    )

    assert double(article("a", RESET[0]), other, [("a0", "b0"), ("a0", "b1")], alike) is None
    assert double(one, article("c", "The hub works without the internet."), [("a0", "c0"), ("a1", "c0")], alike) is None
