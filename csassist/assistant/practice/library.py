"""Keeping scenarios: writing one from its text, importing and exporting files of them, offering them or not."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.assistant.models import PracticeScenario
from csassist.assistant.practice.reading import as_plain, as_yaml, scenarios_of
from csassist.assistant.practice.scenarios import Scenario
from csassist.audit.services import record
from csassist.core.errors import Conflict, InvalidInput


@transaction.atomic
def write(
    *, text: str, scenario: PracticeScenario | None = None, author: User | None = None, is_active: bool = True
) -> PracticeScenario:
    """One scenario from its YAML, new or in place of this one. Raises InvalidInput and, for a taken key, Conflict."""
    found = scenarios_of(text)
    if len(found) != 1:
        raise InvalidInput(_("Write one scenario here; several are imported by adding one."))
    taken = PracticeScenario.objects.filter(key=found[0].key, language=found[0].language)
    if any(one != scenario for one in taken):
        raise Conflict(_("There is a scenario with this key and language already."))
    return _store(found[0], scenario or PracticeScenario(), author, is_active=is_active)


@transaction.atomic
def import_scenarios(*, text: str, author: User | None = None, only_new: bool = False) -> tuple[int, int]:
    """
    Every scenario of a YAML file, known ones by key and language; all of them or none. Returns how many are new and
    how many were changed. `only_new` leaves known ones as they are.
    """
    new_count = changed_count = 0
    for one in scenarios_of(text):
        known = PracticeScenario.objects.filter(key=one.key, language=one.language).first()
        if known is None:
            _store(one, PracticeScenario(), author, is_active=True)
            new_count += 1
        elif not only_new and known.definition != as_plain(one):
            _store(one, known, author, is_active=known.is_active)
            changed_count += 1
    return new_count, changed_count


def export_scenarios(scenarios: Iterable[PracticeScenario]) -> str:
    """A YAML file that `import_scenarios` reads back."""
    return as_yaml([one.definition for one in scenarios])


@transaction.atomic
def offer(*, scenarios: Iterable[PracticeScenario], is_active: bool) -> int:
    """Offer these from now on, or no longer; returns how many changed."""
    changed = [one for one in scenarios if one.is_active != is_active]
    for one in changed:
        PracticeScenario.objects.filter(pk=one.pk).update(is_active=is_active)
        record("practice_scenario.offered", one, is_active=is_active)
    return len(changed)


def _store(case: Scenario, row: PracticeScenario, author: User | None, *, is_active: bool) -> PracticeScenario:
    is_new = row.pk is None
    row.key, row.language, row.title, row.level = case.key, case.language, case.title, case.level
    row.definition, row.is_active = as_plain(case), is_active
    row.changed_by, row.changed_at = author, timezone.now()
    row.save()
    record("practice_scenario.written" if is_new else "practice_scenario.changed", row)
    return row
