"""Which risk may hand over by itself: the test that a label passes, and what keeps it from acting."""

from dataclasses import replace

import pytest

from csassist.analysis import services
from csassist.analysis.acting import ACTS_FROM, AdmissionReason, Counts, Looked, admission, counts_of
from csassist.analysis.admissions import acting_risks, admissions, looked_at
from csassist.analysis.models import MessageReading
from csassist.analysis.risk_figures import as_text, figures_in
from csassist.analysis.services import read_message
from csassist.analysis.trained_readers import trained_readers
from csassist.conversations.services import receive_message

GOOD = Counts(present=100, seen=95, found=90, said=92, right=90, ordinary=2_000, mistaken=2)
LEGAL = "You will hear from my lawyer, I am going to sue you."


@pytest.mark.parametrize(
    ("counts", "looked", "reason"),
    [
        (GOOD, Looked(), AdmissionReason.ADMITTED),
        (None, Looked(), AdmissionReason.NOT_MEASURED),
        (replace(GOOD, said=29, right=29), Looked(), AdmissionReason.TOO_FEW),
        (replace(GOOD, ordinary=0, mistaken=0), Looked(), AdmissionReason.TOO_FEW),
        (replace(GOOD, right=75), Looked(), AdmissionReason.IMPRECISE),
        (replace(GOOD, mistaken=7), Looked(), AdmissionReason.MISTAKES_ORDINARY),
        (replace(GOOD, found=29), Looked(), AdmissionReason.FINDS_TOO_LITTLE),
        (replace(GOOD, seen=59), Looked(), AdmissionReason.FINDS_TOO_LITTLE),
        (GOOD, Looked(19, 0), AdmissionReason.ADMITTED),
        (GOOD, Looked(20, 9), AdmissionReason.REFUSED_BY_PEOPLE),
        (GOOD, Looked(20, 10), AdmissionReason.ADMITTED),
    ],
)
def test_a_label_acts_only_while_it_passes(counts, looked, reason):
    found = admission("legal", counts, looked)
    assert (found.reason, found.may_act) == (reason, reason == AdmissionReason.ADMITTED)


def test_examples_are_counted_at_the_confidence_that_acts():
    acts = ACTS_FROM["legal"]
    read = [
        ("legal", {"legal": acts}),
        ("legal", {"legal": acts - 0.05}),
        ("legal", {}),
        ("churn", {"legal": acts, "churn": 0.9}),
        ("none", {"legal": acts}),
        ("none", {"safety": 0.99}),
    ]
    counts = counts_of("legal", read, none="none")
    assert counts == Counts(present=3, seen=2, found=1, said=3, right=1, ordinary=2, mistaken=1)
    assert counts.precision == pytest.approx(1 / 3)
    assert counts.recall == pytest.approx(1 / 3)


def test_who_may_leave_never_acts():
    assert "churn" not in ACTS_FROM


def test_figures_speak_for_one_reader_alone(tmp_path):
    (tmp_path / "risk.figures.json").write_text(as_text({"legal": GOOD}, reader_digest="one"), "utf-8")
    assert figures_in(tmp_path, reader_digest="one") == {"legal": GOOD}
    assert figures_in(tmp_path, reader_digest="another") == {}
    (tmp_path / "risk.figures.json").write_text("[]", "utf-8")
    assert figures_in(tmp_path, reader_digest="one") == {}


def test_the_shipped_reader_was_measured_and_holds_what_is_asked():
    figures = trained_readers().risk_figures
    assert set(figures) == set(ACTS_FROM)
    for label, counts in figures.items():
        assert admission(label, counts, Looked()).may_act, label
        assert counts.mistaken <= 0.003 * counts.ordinary
        assert counts.recall is not None
        assert counts.recall > 0.8


def reading(*risks):
    return MessageReading(
        risks=[{"label": label, "confidence": sure, "source": source, "evidence": []} for label, sure, source in risks]
    )


@pytest.mark.django_db
def test_only_what_was_measured_or_a_person_said_acts():
    assert acting_risks([reading(("legal", 0.9, "local"), ("self_harm", 0.9, "local"))]) == ("self_harm", "legal")
    assert acting_risks([reading(("legal", 0.3, "local"))]) == ()
    assert acting_risks([reading(("churn", 0.99, "local"))]) == ()
    assert acting_risks([reading(("safety", 0.85, "model"))]) == ()
    assert acting_risks([reading(("safety", 1.0, "person"))]) == ("safety",)
    assert acting_risks([]) == ()


@pytest.mark.django_db
def test_what_people_refuse_does_not_act_any_more(message, ben):
    def read():
        return read_message(message=receive_message(conversation=message.conversation, text=LEGAL)[0])

    for _number in range(20):
        one = read()
        assert acting_risks([one]) == ("legal",)
        services.correct(reading=one, field="risks", value=(), by=ben)

    assert looked_at(f"local-{trained_readers().version}") == {"legal": Looked(20, 0)}
    assert looked_at("local-other") == {}
    refused = {one.label: one.reason for one in admissions()}
    assert refused["legal"] == AdmissionReason.REFUSED_BY_PEOPLE
    assert refused["safety"] == AdmissionReason.ADMITTED
    assert acting_risks([read()]) == ()
