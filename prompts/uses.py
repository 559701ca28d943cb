"""
What the code gives to each prompt it renders.

A prompt is rendered far from where it is edited. This table is the agreement between the two: `checks.py` compares it
with the shipped files at every start, so a variable that nobody fills in can never reach a customer's answer.
"""

GIVEN: dict[str, frozenset[str]] = {
    "answer_question": frozenset({"company_name", "language_name", "today"}),
    "answer_question_user": frozenset(
        {"company_name", "language_name", "today", "tone_instructions", "sources", "question"}
    ),
    "draft_article": frozenset({"company_name", "language_name", "questions", "sources"}),
    "customer_profile": frozenset({"profile"}),
    "reword_text": frozenset({"company_name", "wish", "text"}),
    "summarise_conversation": frozenset({"company_name", "language_name", "conversation"}),
    "condense_question": frozenset({"history", "question"}),
    "play_customer": frozenset({"company_name", "language_name", "persona", "conversation", "line"}),
    "judge_sentence": frozenset({"sources", "sentence"}),
    "read_message": frozenset({"intents", "message"}),
}
