"""Measure how fast a part of the product is on this machine: `manage.py benchmark SUBJECT`."""

from csassist.management.commands.evaluate import Command as SubjectCommand


class Command(SubjectCommand):
    help = "Measure how fast a part of the product is on this machine."
    subjects = {
        "answers": "csassist.management.answer_benchmark",
        "events": "csassist.management.event_benchmark",
        "inbox": "csassist.management.inbox_benchmark",
        "retrieval": "knowledge.retrieval_benchmark",
        "streams": "csassist.management.stream_benchmark",
    }
