"""What happens to a message, case by case."""

import pytest

from csassist.assistant.decision import ANSWER_FROM, Decision, Facts, Reason, decide
from csassist.assistant.requests import read_request

FOR_A_PERSON = (
    "I want to talk to a human|Can I speak to someone?|Please connect me with an agent|human please|"
    "agent|Let me speak to a real person|I need a person|transfer me to a representative|"
    "Is there a human I can talk to?|I'd like to chat with a member of staff|"
    "put me through to customer service|customer service please|Give me an operator|I don't want a bot|"
    "no bot please|stop, not another robot|Can somebody call me?|I want to speak with a supervisor|"
    "get me your manager|hand me over to a colleague|live agent|I prefer to talk to a person|"
    "Can I reach a person by phone?|talk to support|May I speak with your team?|"
    "Connect me to an advisor, please|I would rather talk to a human being|person|operator!|"
    "Real person now|Could someone help me? I want a human.|Let me talk to an employee"
)
FOR_A_PERSON_IN_CHINESE = (
    "转人工|人工客服|我要找人工|找真人|帮我转人工客服|能不能转接人工|我想和真人聊|给我接客服人员|"
    "有没有人工服务|人工|我要投诉，叫工作人员来|不想跟机器人说话|可以换人工吗|需要人工帮助|"
    "请转接真人客服|我要和人工客服说话|联系人工|麻烦转一下人工|跟真人说|找客服人员|我要人工服务|"
    "接人工|真人|我不要和机器人聊|给我一个活人|想找人类客服|要真人回答|帮我叫客服专员|"
    "别让机器人回答，转人工|我想跟你们的工作人员谈谈"
)


def facts(**changes):
    return Facts(
        **{
            "asks": "question",
            "passages_count": 4,
            "support": 0.9,
            "is_search_down": False,
            "question_terms_count": 5,
            **changes,
        }
    )


@pytest.mark.parametrize(
    ("given", "decision"),
    [
        (facts(), Decision("send", Reason.SUPPORTED)),
        (facts(support=ANSWER_FROM - 0.01), Decision("hand_off", Reason.NOT_COVERED)),
        (facts(passages_count=0), Decision("hand_off", Reason.NOT_COVERED)),
        (facts(support=0.4, question_terms_count=1), Decision("clarify", Reason.TOO_VAGUE)),
        (facts(support=0.1, question_terms_count=1), Decision("hand_off", Reason.NOT_COVERED)),
        (facts(is_search_down=True), Decision("hand_off", Reason.SEARCH_UNAVAILABLE)),
        (facts(asks="person", is_search_down=True), Decision("hand_off", Reason.ASKED_FOR_PERSON)),
        (facts(asks="greeting", passages_count=0), Decision("clarify", Reason.GREETING)),
        (facts(asks="thanks", passages_count=0), Decision("clarify", Reason.THANKS)),
    ],
)
def test_decides_with_a_reason(given, decision):
    assert decide(given) == decision


@pytest.mark.parametrize(
    "text",
    [
        "I want to talk to a human",
        "can I speak with a real person please?",
        "agent",
        "connect me to customer service",
        "let me talk to your supervisor",
        "I don't want another bot",
        "转人工",
        "我要找人工客服",
        "能不能帮我转真人",
        "人工！",
        "不想跟机器人聊",
    ],
)
def test_recognises_a_request_for_a_person_without_a_model(text):
    assert read_request(text) == "person"


def test_of_many_ways_to_ask_for_a_person_nearly_all_are_recognised_without_a_model():
    phrases = [one.strip() for listed in (FOR_A_PERSON, FOR_A_PERSON_IN_CHINESE) for one in listed.split("|")]
    missed = [one for one in phrases if read_request(one) != "person"]
    assert len(phrases) >= 60
    assert len(missed) <= 0.02 * len(phrases), missed


@pytest.mark.parametrize(
    "text",
    [
        "How many people can use one account?",
        "Does the camera recognise a person at the door?",
        "How do I talk to my thermostat with my voice?",
        "摄像头能识别人形吗",
        "门锁可以给几个人用",
        "thank you but how long is the warranty?",
        "hi, my lock is broken",
        "你好，发票怎么开",
    ],
)
def test_treats_a_question_as_a_question(text):
    assert read_request(text) == "question"


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("hello", "greeting"),
        ("Good morning!", "greeting"),
        ("你好", "greeting"),
        ("在吗？", "greeting"),
        ("thanks!", "thanks"),
        ("ok thank you very much", "thanks"),
        ("好的，谢谢", "thanks"),
        ("bye", "thanks"),
    ],
)
def test_recognises_small_talk(text, asks):
    assert read_request(text) == asks


@pytest.mark.parametrize("text", ["", " \n"])
def test_a_message_without_words_is_there_for_its_files(text):
    assert read_request(text) == "attachment"
    assert decide(facts(asks="attachment", support=1.0)) == Decision("hand_off", Reason.ONLY_ATTACHMENT)
