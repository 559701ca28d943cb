"""Background work of the customers: files of events. A task is only a hint; the rows say what is due."""

from django_tasks import task

from csassist.customers.event_imports import work_on_imports


@task()
def import_events_due() -> int:
    return work_on_imports()
