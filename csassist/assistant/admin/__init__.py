"""Why an answer is what it is, what a question would be answered with right now, and what no article answers."""

from csassist.assistant.admin.comparisons import ComparisonAdmin
from csassist.assistant.admin.experiments import PromptExperimentAdmin
from csassist.assistant.admin.gaps import GapAdmin
from csassist.assistant.admin.golden import GoldenQuestionAdmin
from csassist.assistant.admin.traces import AnswerTraceAdmin

__all__ = ["AnswerTraceAdmin", "ComparisonAdmin", "GapAdmin", "GoldenQuestionAdmin", "PromptExperimentAdmin"]
