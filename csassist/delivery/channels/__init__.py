"""The ways out of this installation, by name."""

from django.conf import settings

from csassist.delivery.channels.email import EmailChannel
from csassist.delivery.channels.fake import FakeChannel
from csassist.delivery.channels.port import Channel, ChannelError, Outgoing, Receipt

__all__ = ["Channel", "ChannelError", "Outgoing", "Receipt", "channels"]


def channels() -> dict[str, Channel]:
    """Every channel that the settings switch on."""
    mail: Channel = EmailChannel()
    if settings.CSASSIST_EMAIL == "fake":
        mail = FakeChannel(name="email", accepted_path=settings.CSASSIST_DATA_DIR / "fake_mail.log")
    return {channel.name: channel for channel in (mail,)}
