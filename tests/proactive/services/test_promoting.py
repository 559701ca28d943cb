"""Which version scores: one at a time, with a reason, on record; what the gate refused needs an open word."""

import pytest

from csassist.accounts.models import User
from csassist.audit.models import AuditEvent
from csassist.core.errors import Conflict, InvalidInput
from proactive.models import IssueType, ModelKind, ModelStatus, ScoreModel
from proactive.services import GateRefused, freeze, promote, roll_back, unfreeze
from tests.factories import IssueTypeFactory, ScoreModelFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue() -> IssueType:
    return IssueTypeFactory.create()


@pytest.fixture
def champion(issue: IssueType) -> ScoreModel:
    return ScoreModelFactory.create(issue=issue, version=1)


@pytest.fixture
def shadow(issue: IssueType, champion: ScoreModel) -> ScoreModel:
    return ScoreModelFactory.create(issue=issue, version=2, kind=ModelKind.LOGISTIC, status=ModelStatus.SHADOW)


def standing(issue: IssueType) -> dict[int, str]:
    return dict(ScoreModel.objects.filter(issue=issue).values_list("version", "status"))


def test_the_one_in_force_retires_and_the_reason_is_on_record(
    issue: IssueType, champion: ScoreModel, shadow: ScoreModel, dora: User
):
    ScoreModel.objects.filter(pk=champion.pk).update(frozen_reason="drifted")

    promote(model=shadow, by=dora, reason=" Better   on October ")

    shadow.refresh_from_db()
    champion.refresh_from_db()
    assert standing(issue) == {1: "retired", 2: "champion"}
    assert champion.retired_at is not None
    assert champion.frozen_reason == ""
    assert (shadow.promoted_by, shadow.promotion_reason) == (dora, "Better on October")
    event = AuditEvent.objects.get(action="score_model.promoted")
    assert event.subject_identifier == str(shadow.public_id)
    assert event.facts == {"version": 2, "instead_of": 1, "overruled": False, "reason": "Better on October"}


def test_without_a_reason_nothing_changes(issue: IssueType, champion: ScoreModel, shadow: ScoreModel, dora: User):
    with pytest.raises(InvalidInput):
        promote(model=shadow, by=dora, reason="  ")
    with pytest.raises(InvalidInput):
        roll_back(issue=issue, by=dora, reason="")
    with pytest.raises(InvalidInput):
        freeze(model=champion, reason="")

    assert standing(issue) == {1: "champion", 2: "shadow"}
    assert not AuditEvent.objects.filter(action__startswith="score_model").exists()


def test_what_the_gate_refused_takes_more_than_a_click(
    issue: IssueType, champion: ScoreModel, shadow: ScoreModel, dora: User
):
    ScoreModel.objects.filter(pk=shadow.pk).update(status=ModelStatus.REFUSED)

    # The row in hand still says that it shadows: what counts is how it stands in the database.
    with pytest.raises(GateRefused):
        promote(model=shadow, by=dora, reason="I like it")
    assert standing(issue) == {1: "champion", 2: "refused"}

    promote(model=shadow, by=dora, reason="The test month was odd", overruled=True)
    assert standing(issue) == {1: "retired", 2: "champion"}
    assert AuditEvent.objects.get(action="score_model.promoted").facts["overruled"] is True


def test_one_in_force_is_not_put_in_force_again(champion: ScoreModel, dora: User):
    with pytest.raises(Conflict):
        promote(model=champion, by=dora, reason="Again")


def test_going_back_twice_goes_back_two_versions(
    issue: IssueType, champion: ScoreModel, shadow: ScoreModel, dora: User
):
    third = ScoreModelFactory.create(issue=issue, version=3, status=ModelStatus.SHADOW)
    promote(model=shadow, by=dora, reason="Better")
    promote(model=third, by=dora, reason="Better still")

    assert roll_back(issue=issue, by=dora, reason="It was not").version == 2
    assert standing(issue) == {1: "retired", 2: "champion", 3: "retired"}
    assert roll_back(issue=issue, by=dora, reason="Nor this").version == 1
    assert standing(issue) == {1: "champion", 2: "retired", 3: "retired"}
    with pytest.raises(Conflict):
        roll_back(issue=issue, by=dora, reason="Further")


def test_another_issue_is_left_alone(issue: IssueType, champion: ScoreModel, shadow: ScoreModel, dora: User):
    other = ScoreModelFactory.create(version=1)

    promote(model=shadow, by=dora, reason="Better")

    other.refresh_from_db()
    assert other.status == ModelStatus.CHAMPION


def test_only_the_one_in_force_is_frozen_and_only_a_frozen_one_thaws(champion: ScoreModel, shadow: ScoreModel):
    with pytest.raises(Conflict):
        freeze(model=shadow, reason="drifted")
    with pytest.raises(Conflict):
        unfreeze(model=champion, reason="Looked at it")

    assert freeze(model=champion, reason="drifted").frozen_reason == "drifted"
    assert unfreeze(model=champion, reason="The season is over").frozen_reason == ""
    facts = AuditEvent.objects.get(action="score_model.unfrozen").facts
    assert facts == {"version": 1, "was": "drifted", "reason": "The season is over"}
