"""Every sentence that the console's scripts can show; `{name}` marks a place that the script fills."""

from django.utils.translation import gettext as _


def console_phrases() -> dict[str, str]:
    return {**_state_phrases(), **_time_phrases(), **_writing_phrases(), **_file_phrases()}


def _state_phrases() -> dict[str, str]:
    return {
        "offline": _("You are offline. What you write is kept here."),
        "reconnecting": _("Connection lost. Reconnecting…"),
        "network_failed": _("The server could not be reached. Check your connection and try again."),
        "went_wrong": _("Something went wrong on our side. Please try again."),
        "not_possible": _("This is not possible any more. Reload the page to see how things stand."),
        "notifications_denied": _("Your browser does not allow notifications of this site."),
        "chosen": _("{count} selected"),
        "not_done": _("Not done."),
        "progress": _("{at} of {count}"),
        "draft_approved": _("Sent to the customer."),
        "draft_edited": _("Your wording is saved."),
        "draft_rejected": _("Rejected. The conversation is yours now."),
        "draft_handed_back": _("The assistant answers again."),
    }


def _time_phrases() -> dict[str, str]:
    """The same as `wording.short_age` says on the server."""
    return {
        "now": _("now"),
        "minutes": _("{count}m"),
        "hours": _("{count}h"),
        "days": _("{count}d"),
    }


def _writing_phrases() -> dict[str, str]:
    return {
        "sending": _("Sending"),
        "not_sent": _("Not sent."),
        "try_again": _("Try again"),
        "send": _("Send"),
        "add_note": _("Add note"),
        "your_message": _("Your message"),
        "your_note": _("Your note"),
        "reply_placeholder": _("Write to the customer. / for saved replies"),
        "note_placeholder": _("Write to your colleagues. @ mentions one"),
        "note_hint": _("Only colleagues see notes."),
        "characters_used": _("{used} of {limit} characters"),
        "reply_takes_over": _("{name} answers this conversation. Send your reply and take it over?"),
        "send_and_take_over": _("Send and take over"),
    }


def _file_phrases() -> dict[str, str]:
    return {
        "cited_source": _("[{number}] in your reply opens this source."),
        "still_uploading": _("A file is still being uploaded."),
        "remove_file": _("Remove {name}"),
        "too_many_files": _("A message can have at most {count} files."),
        "file_type": _("“{name}”: files of this type cannot be attached. Accepted are: {types}."),
        "file_too_large": _("“{name}” is larger than {megabytes} MB."),
    }
