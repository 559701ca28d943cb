"""Templates: what is a variable, what is only text, and that nothing is ever evaluated or read twice."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts.templating import MissingVariables, TemplateProblems, check, render, variables_of

VALUES = {"name": "Ana", "a": "1", "order_no2": "A-7", "x": "X"}

UNTOUCHED = [
    "",
    "plain words",
    "中文提示词，没有变量。",
    '{"a":1}',
    '{"a":{"b":[1,2]}}',
    "{x.__class__}",
    "{x.__class__.__mro__[1]}",
    "{a:{b}}",
    "{a!r:>{x}}",
    "{a}",
    "{}",
    "{0}",
    "{{}}",
    "{{ }}",
    "{{",
    "}}",
    "}}{{",
    "{{a",
    "a}}",
    "{ {a} }",
    "{{a}",
    "{a}}",
    "{{a\n}}",
    "{{1}}",
    "{{A}}",
    "{{Name}}",
    "{{名字}}",
    "{{a b}}",
    "{{a-b}}",
    "{{a.b}}",
    "{{x.__class__}}",
    "{{__class__}}",
    "{{a|upper}}",
    "{{a()}}",
    "{{a[0]}}",
    "{{'a'}}",
    '{{"a": 1}}',
    "{% if a %}yes{% endif %}",
    "{# a #}",
    "${a} $a %(a)s %s",
    "<% a %> #{a}",
    "\\{\\{a\\}\\}",
    "{{" + "a" * 65 + "}}",
    "for (;;) { if (a) { b } }",
    "body{color:red}",
    "\\1 \\g<0> $1",
]


@pytest.mark.parametrize("text", UNTOUCHED)
def test_braces_that_are_no_variable_are_text(text):
    assert variables_of(text) == ()
    assert render(text, VALUES) == text


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("{{name}}", "Ana"),
        ("{{ name }}", "Ana"),
        ("{{\tname\t}}", "Ana"),
        ("{{name}}{{name}}", "AnaAna"),
        ("Dear {{name}}, order {{order_no2}}.", "Dear Ana, order A-7."),
        ('{"a":{{a}}}', '{"a":1}'),
        ('{"a":"{{a}}","b":{"c":{}}}', '{"a":"1","b":{"c":{}}}'),
        ("{{{a}}}", "{1}"),
        ("{{{{a}}}}", "{{1}}"),
        ("{{a}}}}", "1}}"),
        ("您好，{{name}}！", "您好，Ana！"),
        ("{{x}} {x} {{x.y}} {{X}}", "X {x} {{x.y}} {{X}}"),
    ],
)
def test_a_variable_is_replaced_by_its_value(text, rendered):
    assert render(text, VALUES) == rendered


@pytest.mark.parametrize("value", ["{{name}}", "{{a}}{{missing}}", "\\1", "\\g<0>", "{x}", "%s", "{{{{a}}}}", ""])
def test_a_value_is_taken_as_it_is(value):
    assert render("<{{a}}>", {"a": value, "name": "never"}) == f"<{value}>"


def test_names_every_missing_variable_once_and_in_order():
    with pytest.raises(MissingVariables) as refusal:
        render("{{c}} {{b}} {{a}} {{c}}", {"a": ""})

    assert refusal.value.names == ("c", "b")
    assert refusal.value.message == "No value was given for: c, b."
    assert refusal.value.extra == {"names": ["c", "b"]}


def test_a_value_that_the_template_does_not_use_is_ignored():
    assert render("{{a}}", VALUES) == "1"


@pytest.mark.parametrize(
    ("text", "unknown", "missing"),
    [
        ("{{a}} {{b}}", (), ()),
        ("{{a}}", (), ("b",)),
        ("nothing", (), ("a", "b")),
        ("{{c}} {{d}} {{c}}", ("c", "d"), ("a", "b")),
        ("{{a}} {{b}} {{Name}} {{a.b}} {{ a-b }}", ("Name", "a.b", "a-b"), ()),
        ("{{a}} {{b}} {{a|upper}} {{a()}} {{a[0]}}", ("a|upper", "a()", "a[0]"), ()),
        ("{{a}} {{b}} {{x.__class__}} {{名字}}", ("x.__class__", "名字"), ()),
        ('{{a}} {{b}} {"c":{"d":{}}} {c} {{"e": 1}} {{}} {{ }}', (), ()),
        ("{{a}} {{b}} {{optional}}", (), ()),
    ],
)
def test_check_names_everything_that_is_wrong_at_once(text, unknown, missing):
    problems = check(text, allowed=["a", "b", "optional"], required=["a", "b"])

    assert problems == TemplateProblems(unknown, missing)
    assert bool(problems) == bool(unknown or missing)


names = st.text(alphabet=string.ascii_lowercase + "_", min_size=1, max_size=8).filter(lambda name: name[0] != "_")
pieces = st.one_of(
    st.sampled_from(
        ["{", "}", "{{", "}}", "{{a}}", "{{b}}", "{a}", "a", "b", ".__class__", "!r", ":>9", "|", "%", "$"]
    ),
    st.text(max_size=4),
)
texts = st.lists(pieces, max_size=20).map("".join)


class Explosive(str):
    """A value that fails when anything looks inside it."""

    __slots__ = ()

    def __getattribute__(self, name) -> object:
        raise AssertionError(name)

    def __format__(self, specification) -> str:
        raise AssertionError(specification)

    def __getitem__(self, key) -> str:
        raise AssertionError(key)


@given(texts)
def test_nothing_is_evaluated(text):
    rendered = render(text, {"a": Explosive("A"), "b": Explosive("B")})

    assert rendered == re.sub(r"\{\{[ \t]*([ab])[ \t]*\}\}", lambda match: match.group(1).upper(), text)


@given(text=texts, value=texts)
def test_values_are_never_read_for_variables(text, value):
    placeholder = "\ue000\ue001"
    once = render(text, {"a": placeholder, "b": placeholder})

    assert render(text, {"a": value, "b": value}) == once.replace(placeholder, value)


@given(st.dictionaries(names, st.text(max_size=10), max_size=6))
def test_a_text_that_passes_its_check_renders(values):
    text = "|".join(f"{{{{{name}}}}}" for name in values)

    assert not check(text, allowed=values.keys(), required=values.keys())
    assert render(text, values) == "|".join(values.values())


def test_a_hundred_thousand_braces_are_read_in_linear_time():
    for piece in ("{", "{{", "{{ ", "{{a", "}", "{{\t", "{{a "):
        text = piece * 100_000
        assert render(text, VALUES) == text
        check(text, ())
