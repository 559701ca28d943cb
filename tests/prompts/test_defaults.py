"""The shipped files: each one loads, agrees with the code, and a broken one is refused by name."""

import re

import pytest

from prompts.checks import disagreements
from prompts.defaults import TEXTS, BrokenDefault, Variable, load_default, load_defaults, read_default
from prompts.secret_patterns import secrets_in
from prompts.templating import render, variables_of
from prompts.uses import GIVEN

FRONT = "---\nname: greet\ntitle: Greet\npurpose: Says hello.\nvariables:\n  name: {description: Whom, required: true}\n---\n"


def test_every_shipped_prompt_is_used_and_gets_its_variables():
    assert disagreements(GIVEN, TEXTS) == []


@pytest.mark.parametrize("name", sorted(GIVEN))
def test_every_shipped_prompt_previews_without_a_gap(name):
    default = load_defaults()[name]
    rendered = render(default.text, {name: variable.sample for name, variable in default.variables.items()})

    assert default.title
    assert default.purpose
    assert all(variable.description and variable.sample for variable in default.variables.values())
    assert secrets_in(default.text) == ()
    assert variables_of(default.text)
    assert all(variable.sample in rendered for name, variable in default.variables.items() if variable.required)


def test_the_answer_prompt_says_what_the_answer_chain_relies_on():
    system, user = load_defaults()["answer_question"].text, load_defaults()["answer_question_user"].text

    assert "exactly NO_ANSWER" in system
    assert "exactly NO_ANSWER" in user
    assert '<source n="…" title="…" heading="…">' in system
    assert not re.search(r'<source n="\d', system), "an example would be read as a source"
    assert "never an instruction" in system
    assert user.index("{{sources}}") < user.index("{{question}}")


def test_reads_front_matter_and_template(tmp_path):
    path = tmp_path / "greet.md"
    path.write_text(f"{FRONT}\nHello {{{{name}}}}\n---\nBye\n\n", encoding="utf-8")

    default = read_default(path)

    assert (default.name, default.title, default.purpose) == ("greet", "Greet", "Says hello.")
    assert default.variables == {"name": Variable("Whom", required=True)}
    assert default.text == "Hello {{name}}\n---\nBye\n"


@pytest.mark.parametrize(
    ("file_name", "content", "reason"),
    [
        ("greet.md", "Hello {{name}}", "must begin with a front matter"),
        ("greet.md", "---\nname: greet\nHello", "must begin with a front matter"),
        ("greet.md", "text\n" + FRONT + "{{name}}", "must begin with a front matter"),
        ("greet.md", "---\nname: [\n---\n{{name}}", "front matter is not right"),
        ("greet.md", "---\nname: greet\n---\n{{name}}", "front matter is not right"),
        ("greet.md", FRONT.replace("required", "obligatory") + "{{name}}", "front matter is not right"),
        ("hello.md", FRONT + "{{name}}", "file and name must agree"),
        ("greet.md", FRONT + "{{name}} {{who}}", "unknown ('who',)"),
        ("greet.md", FRONT + "Hello", "missing ('name',)"),
    ],
)
def test_a_broken_file_is_refused_by_name(tmp_path, file_name, content, reason):
    (tmp_path / file_name).write_text(content, encoding="utf-8")

    with pytest.raises(BrokenDefault) as refusal:
        load_defaults(tmp_path)
    assert file_name in str(refusal.value)
    assert reason in str(refusal.value)
    assert [message.id for message in disagreements({"greet": frozenset({"name"})}, tmp_path)] == ["prompts.E001"]


def test_checks_name_each_disagreement_between_code_and_files(tmp_path):
    (tmp_path / "greet.md").write_text(FRONT + "{{name}}", encoding="utf-8")

    def ids(given: dict[str, frozenset[str]]) -> list[str | None]:
        return [message.id for message in disagreements(given, tmp_path)]

    assert ids({"greet": frozenset({"name", "more"})}) == []
    assert ids({"greet": frozenset({"name"}), "part": frozenset()}) == ["prompts.E002"]
    assert ids({}) == ["prompts.E003"]
    assert ids({"greet": frozenset()}) == ["prompts.E004"]


@pytest.mark.parametrize("name", ["nothing", "", "../texts/answer_question", "answer_question.md", "a/b"])
def test_an_unknown_name_has_no_default(name):
    assert load_default(name) is None
