"""Why an answer is what it is, what a question would be answered with right now, and what no article answers."""

from csassist.assistant.admin.autonomy import AutonomyRuleAdmin
from csassist.assistant.admin.comparisons import ComparisonAdmin
from csassist.assistant.admin.drafts import DraftAdmin
from csassist.assistant.admin.experiments import PromptExperimentAdmin
from csassist.assistant.admin.gaps import GapAdmin
from csassist.assistant.admin.golden import GoldenQuestionAdmin
from csassist.assistant.admin.look_up_calls import LookUpCallAdmin
from csassist.assistant.admin.look_ups import LookUpAdmin
from csassist.assistant.admin.practice import PracticeScenarioAdmin
from csassist.assistant.admin.traces import AnswerTraceAdmin

__all__ = [
    "AnswerTraceAdmin",
    "AutonomyRuleAdmin",
    "ComparisonAdmin",
    "DraftAdmin",
    "GapAdmin",
    "GoldenQuestionAdmin",
    "LookUpAdmin",
    "LookUpCallAdmin",
    "PracticeScenarioAdmin",
    "PromptExperimentAdmin",
]
