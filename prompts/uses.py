"""
What the code gives to each prompt it renders.

A prompt is rendered far from where it is edited. This table is the agreement between the two: `checks.py` compares it
with the shipped files at every start, so a variable that nobody fills in can never reach a customer's answer.
"""

GIVEN: dict[str, frozenset[str]] = {
    "answer_question": frozenset({"company_name", "language_name", "today"}),
    "answer_question_user": frozenset({"company_name", "language_name", "today", "sources", "question"}),
    "draft_article": frozenset({"company_name", "language_name", "questions", "sources"}),
    "condense_question": frozenset({"history", "question"}),
    "judge_sentence": frozenset({"sources", "sentence"}),
}
