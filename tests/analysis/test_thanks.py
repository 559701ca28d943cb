"""Who only says thank you asks for nothing; who says it before a question or a complaint does."""

import pytest

from csassist.analysis.thanks import only_thanks

pytestmark = pytest.mark.once


def by_words(text):
    return None


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!",
        "ok thank you so much",
        "Great, cheers",
        "thanks for your help 😊",
        "谢谢",
        "好的，谢谢您",
        "太感谢了！",
        "没有了，谢谢",
    ],
)
def test_a_thank_you_asks_for_nothing(text):
    assert only_thanks(text, embed=by_words)


@pytest.mark.parametrize(
    "text",
    [
        "", "Thanks, but it still leaks", "thank you, where is my invoice?", "谢谢，请问什么时候到", "谢谢，但是还是不行",
        "Where is my parcel", "谢谢你们把我的包裹弄丢了三次，现在我要退款，请马上给我处理，不然我就投诉",
    ],
)  # fmt: skip
def test_what_asks_or_complains_is_no_mere_thanks(text):
    assert not only_thanks(text, embed=by_words)
