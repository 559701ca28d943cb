"""The dispatcher process: sends what waits in the outbox."""

import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from csassist.conversations.mail_gate import still_wanted
from csassist.delivery.channels import channels
from csassist.processes.dispatcher import Dispatcher
from csassist.schedule import DISPATCHER_TABLE, Schedule


class Command(BaseCommand):
    help = "Send messages of the outbox until SIGTERM; any number of dispatchers may run."

    def handle(self, *args: Any, **options: Any) -> None:
        dispatcher = Dispatcher(
            channels=channels().values(),
            gate=still_wanted,
            lanes_count=settings.CSASSIST_DELIVERY_IN_FLIGHT_COUNT,
            meanwhile=Schedule(DISPATCHER_TABLE).run_due,
        )
        signal.signal(signal.SIGTERM, dispatcher.stop)
        signal.signal(signal.SIGINT, dispatcher.stop)
        dispatcher.run()
