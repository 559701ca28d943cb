"""All that changes a conversation: each service is one transaction, and tells the open pages what it changed."""

from csassist.conversations.services.alerting import alert_about, team_and_leads
from csassist.conversations.services.announcing import announce
from csassist.conversations.services.attachments import attach_file, prune_attachments, remove_unused
from csassist.conversations.services.closing import answer_survey, close, reopen, survey_of
from csassist.conversations.services.episodes import last_episode
from csassist.conversations.services.identity import confirm_code, prune_identity_checks, start_verification
from csassist.conversations.services.messages import (
    LANGUAGES,
    lock,
    post_reply,
    publish_event,
    rate_message,
    receive_message,
    start_conversation,
    touch,
)
from csassist.conversations.services.opening import ask_to_open, enter_code, prune_grants
from csassist.conversations.services.ownership import Owner, assign, owner_in_words, owner_mark, return_silent, take
from csassist.conversations.services.people import HandOff, ask_for_person, mark_done
from csassist.conversations.services.reading import mark_read
from csassist.conversations.services.reply_mails import mail_replies
from csassist.conversations.services.replying import Written, reply_as_agent
from csassist.conversations.services.signing_in import sign_customer_in
from csassist.conversations.services.survey_mails import mail_surveys, refuse_surveys
from csassist.conversations.services.teamwork import (
    add_tag,
    note_left,
    note_looking,
    note_read,
    save_filter,
    set_tags,
    write_note,
)
from csassist.conversations.services.waiting import alert_overdue

__all__ = [
    "LANGUAGES",
    "HandOff",
    "Owner",
    "Written",
    "add_tag",
    "alert_about",
    "alert_overdue",
    "announce",
    "answer_survey",
    "ask_for_person",
    "ask_to_open",
    "assign",
    "attach_file",
    "close",
    "confirm_code",
    "enter_code",
    "last_episode",
    "lock",
    "mail_replies",
    "mail_surveys",
    "mark_done",
    "mark_read",
    "note_left",
    "note_looking",
    "note_read",
    "owner_in_words",
    "owner_mark",
    "post_reply",
    "prune_attachments",
    "prune_grants",
    "prune_identity_checks",
    "publish_event",
    "rate_message",
    "receive_message",
    "refuse_surveys",
    "remove_unused",
    "reopen",
    "reply_as_agent",
    "return_silent",
    "save_filter",
    "set_tags",
    "sign_customer_in",
    "start_conversation",
    "start_verification",
    "survey_of",
    "take",
    "team_and_leads",
    "touch",
    "write_note",
]
