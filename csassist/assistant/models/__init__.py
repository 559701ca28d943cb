"""Names the models; nothing else."""

from csassist.assistant.models.comparisons import ComparedAnswer, Comparison
from csassist.assistant.models.golden import GoldenQuestion
from csassist.assistant.models.runs import AnswerArm, AnswerRun, AnswerTrace

__all__ = ["AnswerArm", "AnswerRun", "AnswerTrace", "ComparedAnswer", "Comparison", "GoldenQuestion"]
