"""Fit the product's own small models on labelled data: `manage.py train SUBJECT`, one module a subject."""

from csassist.management.commands.evaluate import Command as SubjectCommand


class Command(SubjectCommand):
    help = "Fit one of the product's small models and write its weights, a data file to review and commit."
    subjects = {
        "gate": "csassist.assistant.gate_training",
        "grounding": "csassist.management.grounding_training",
        "ranker": "knowledge.ranker_training",
        "reader": "csassist.analysis.reader_training",
    }
