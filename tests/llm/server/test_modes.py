"""How a mode is written."""

import pytest

from csassist.llm.test_server.modes import MODES, Mode, UnknownMode, mode_of_model, parse_mode


def test_reads_name_and_options() -> None:
    mode = parse_mode("slow?first=2&gap=0.5&noise=comments")

    assert mode.name == "slow"
    assert mode.number("first", 0) == 2.0
    assert mode.number("end", 7) == 7.0
    assert mode.word("noise") == "comments"
    assert mode.times is None


@pytest.mark.parametrize("name", MODES)
def test_knows_every_mode_by_name(name: str) -> None:
    assert parse_mode(name) == Mode(name)


@pytest.mark.parametrize("text", ["", "fast", "slow ", "?first=2"])
def test_refuses_what_it_does_not_know(text: str) -> None:
    with pytest.raises(UnknownMode):
        parse_mode(text)


@pytest.mark.parametrize(
    ("model", "mode"),
    [
        ("test", None),
        ("test:slow?first=2", Mode("slow", {"first": "2"})),
        ("vendor/model:latest", None),
        ("test:error?status=429&retry_after=1", Mode("error", {"status": "429", "retry_after": "1"})),
    ],
)
def test_a_model_name_may_carry_a_mode(model: str, mode: Mode | None) -> None:
    assert mode_of_model(model) == mode
