"""Names the models; nothing else."""

from csassist.assistant.models.autonomy import AutonomyChange, AutonomyRule
from csassist.assistant.models.comparisons import ComparedAnswer, Comparison
from csassist.assistant.models.copilot import EpisodeGist, EpisodeSummary
from csassist.assistant.models.drafts import Draft
from csassist.assistant.models.golden import GoldenQuestion
from csassist.assistant.models.lookups import LookUp, LookUpCall
from csassist.assistant.models.practice import PracticeScenario, PracticeSession, PracticeTurn
from csassist.assistant.models.runs import AnswerArm, AnswerRun, AnswerTrace

__all__ = [
    "AnswerArm",
    "AnswerRun",
    "AnswerTrace",
    "AutonomyChange",
    "AutonomyRule",
    "ComparedAnswer",
    "Comparison",
    "Draft",
    "EpisodeGist",
    "EpisodeSummary",
    "GoldenQuestion",
    "LookUp",
    "LookUpCall",
    "PracticeScenario",
    "PracticeSession",
    "PracticeTurn",
]
