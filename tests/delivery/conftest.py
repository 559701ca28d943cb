"""An outbox whose mails go to the fake channel, and a lease short enough to wait for."""

from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from csassist.delivery.channels.fake import FakeChannel
from csassist.delivery.contents import Content
from csassist.delivery.models import Delivery, Purpose
from csassist.delivery.services import NewDelivery, enqueue


@pytest.fixture
def fake(settings: Settings, tmp_path: Path) -> FakeChannel:
    """What the product makes for CSASSIST_EMAIL=fake; it sends and remembers nothing else."""
    settings.CSASSIST_EMAIL = "fake"
    settings.CSASSIST_DATA_DIR = tmp_path
    return FakeChannel(name="email", accepted_path=tmp_path / "fake_mail.log")


def new(key: str = "k1", recipient: str = "ana@example.com", **more: Any) -> NewDelivery:
    content = more.pop("content", Content(subject="Hello", text="How are you?"))
    return NewDelivery(
        channel=more.pop("channel", "email"),
        purpose=more.pop("purpose", Purpose.SERVICE),
        recipient=recipient,
        content=content,
        effect_key=key,
        **more,
    )


def waiting(recipient: str = "ana@example.com", key: str = "k1", **more: Any) -> Delivery:
    return enqueue(new(key, recipient, **more))


def states() -> dict[str, str]:
    return dict(Delivery.objects.values_list("effect_key", "state"))
