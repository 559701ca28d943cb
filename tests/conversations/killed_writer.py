"""
A web process that is killed while it stores a message: `python -m tests.conversations.killed_writer PK KEY WHEN`.

WHEN is `before_commit` (everything is written, nothing committed) or `after_commit` (stored, but nobody was told).
"""

import os
import signal
import sys
from typing import Any

import django


def main(conversation_pk: int, client_key: str, when: str) -> None:
    django.setup()
    from django.db import connection

    from csassist.conversations.models import Conversation
    from csassist.conversations.services import receive_message

    def die_after_the_event(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if sql.startswith("INSERT") and "conversationevent" in sql and when == "before_commit":
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    with connection.execute_wrapper(die_after_the_event):
        receive_message(
            conversation=Conversation.objects.get(pk=conversation_pk), text="Where is it?", client_key=client_key
        )
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
