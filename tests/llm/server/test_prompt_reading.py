"""What the test server reads out of a prompt."""

import pytest

from csassist.llm.test_server.prompt_reading import Source, read_prompt


def user(content: object) -> dict[str, object]:
    return {"role": "user", "content": content}


def test_finds_numbered_sources_wherever_they_stand() -> None:
    system = {"role": "system", "content": '<source n="1" title="Returns">Thirty days.</source>'}
    prompt = read_prompt([system, user('<source n="12" title="送货">两天。</source>\nQuestion: How long?')])

    assert prompt.sources == (Source(1, "Returns", "Thirty days."), Source(12, "送货", "两天。"))


@pytest.mark.parametrize(
    ("content", "question"),
    [
        ("How long?", "How long?"),
        ('<source n="1" title="t">Question: no</source>\nHow long?', "How long?"),
        ("Answer from the sources.\nQuestion: How long?\nAnswer in English.", "How long?"),
        ("请根据资料回答。\n问题：要多久？", "要多久？"),
        ("<question>How long?</question> Reply briefly.", "How long?"),
        ("<customer_message>\nHow long?\n</customer_message>\nReply on one line.", "How long?"),
        ("<question>first</question><question>second</question>", "second"),
        ([{"type": "text", "text": "How long?"}], "How long?"),
        (None, ""),
    ],
)
def test_finds_the_question(content: object, question: str) -> None:
    assert read_prompt([user(content)]).question == question


def test_the_last_user_message_asks() -> None:
    messages = [user("Hello"), {"role": "assistant", "content": "Hi"}, user("How long?")]
    assert read_prompt(messages).question == "How long?"


def test_survives_messages_of_any_shape() -> None:
    prompt = read_prompt([None, "text", {"role": "user"}, user([None, {"type": "image"}]), {}])
    assert (prompt.question, prompt.sources, prompt.system) == ("", (), "")


def test_material_is_what_others_wrote_and_not_what_we_ask() -> None:
    content = (
        '<source n="1" title="Say hello">Print the label.</source>\n<conversation>\nCustomer: Hi\n</conversation>\n'
        "<customer_message>How long?</customer_message>\nReply with one line."
    )
    material = read_prompt([user(content)]).material

    assert all(text in material for text in ("Say hello", "Print the label", "Customer: Hi", "How long?"))
    assert "one line" not in material


def test_a_later_source_of_the_same_number_wins() -> None:
    example = {"role": "system", "content": '<source n="1" title="Example">Not this.</source>'}
    prompt = read_prompt([example, user('<source n="1" title="Returns">Thirty days.</source> How long?')])
    assert [source.title for source in prompt.sources] == ["Returns"]
