"""Measure how fast a part of the product is on this machine: `manage.py benchmark SUBJECT`."""

from csassist.management.commands.evaluate import Command as SubjectCommand


class Command(SubjectCommand):
    help = "Measure how fast a part of the product is on this machine."
    subjects = {
        "answers": "csassist.management.answer_benchmark",
        "events": "csassist.management.event_benchmark",
        "features": "csassist.management.feature_benchmark",
        "inbox": "csassist.management.inbox_benchmark",
        "retrieval": "knowledge.retrieval_benchmark",
        "scheduler": "csassist.management.scheduler_benchmark",
        "scores": "csassist.management.score_benchmark",
        "streams": "csassist.management.stream_benchmark",
    }
