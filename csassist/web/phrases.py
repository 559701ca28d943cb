"""
Every sentence that the chat page's scripts can show.

They are translated here, sent with the page as one JSON block and looked up by name, so that no script holds words of
any language. `{name}` marks a place that the script fills.
"""

from django.utils.translation import gettext as _


def chat_phrases() -> dict[str, str]:
    return {**_shared_phrases(), "unread_elsewhere": _("Your conversations, {count} unread")}


def widget_phrases() -> dict[str, str]:
    """Those it shares with the chat page and its own; the page's frame is a template, the widget's is a script."""
    return {**_shared_phrases(), **_widget_frame_phrases(), **_widget_form_phrases()}


def _shared_phrases() -> dict[str, str]:
    return {
        **_answer_phrases(),
        **_source_phrases(),
        **_feedback_phrases(),
        **_person_phrases(),
        **_proof_phrases(),
        **_file_phrases(),
        **_typing_phrases(),
        **_state_phrases(),
    }


def _answer_phrases() -> dict[str, str]:
    return {
        "you": _("You"),
        "assistant": _("AI assistant"),
        "agent": _("Support team"),
        "stage_waiting": _("Sending your question to the assistant"),
        "stage_searching": _("Searching the help articles"),
        "stage_reading": _("Reading what was found"),
        "stage_writing": _("Writing the answer"),
        "stage_looking_up": _("Looking it up in your account"),
        "still_working": _("This takes longer than usual. You can wait, or talk to a person."),
        "incomplete": _("This answer was cut short."),
        "ask_again": _("Ask again"),
        "hand_off": _("The assistant could not settle this from the help articles. A person can."),
        "talk_to_person": _("Talk to a person"),
    }


def _source_phrases() -> dict[str, str]:
    return {
        "sources": _("Sources"),
        "source_number": _("Source {number}: {title}"),
        "version": _("Version {version}"),
        "source_current": _("Current article"),
        "source_changed": _("This article has changed since the answer. You see the text that the answer used."),
        "source_withdrawn": _(
            "This article has been withdrawn since the answer. Please check with a person before relying on it."
        ),
        "source_failed": _("The source could not be loaded."),
        "quoted_passage": _("Quoted passage"),
        "try_again": _("Try again"),
    }


def _feedback_phrases() -> dict[str, str]:
    return {
        "helpful": _("Helpful"),
        "not_helpful": _("Not helpful"),
        "rate_answer": _("Rate this answer"),
        "thanks_up": _("Thanks, good to know."),
        "thanks_down": _("Thanks. Your note goes to the people who write these articles."),
        "what_was_wrong": _("What was wrong?"),
        "reason_wrong": _("It is wrong"),
        "reason_outdated": _("It is out of date"),
        "reason_incomplete": _("Something is missing"),
        "reason_not_my_question": _("Not what I asked"),
        "reason_hard_to_understand": _("Hard to understand"),
        "reason_other": _("Something else"),
        "comment_label": _("Tell us more (optional)"),
        "send_feedback": _("Send feedback"),
        "feedback_failed": _("Your rating was not saved. Please try again."),
        "survey": _("How it went"),
        "survey_question": _("How satisfied are you with the help you got?"),
        "score_low": _("Not at all"),
        "score_high": _("Very"),
        "survey_settled": _("Is the matter settled for you?"),
        "yes": _("Yes"),
        "no": _("No"),
        "survey_thanks": _("Thank you. You can change your answer here."),
        "survey_failed": _("Your answer was not saved. Please try again."),
    }


def _person_phrases() -> dict[str, str]:
    return {
        "person_requested": _("You asked for a person"),
        "leave_contact": _("Leave your contact details"),
        "agent_joined": _("Somebody from our team answers now"),
        "agent_joined_name": _("{name} answers now"),
        "assistant_back": _("The AI assistant answers again"),
        "closed": _("This conversation is closed"),
        "closed_detail": _("Write again whenever you like."),
        "contact_missing": _("Enter an e-mail address or a phone number, so that we can reach you."),
        "contact_wrong": _("This does not look like an e-mail address or a phone number."),
    }


def _proof_phrases() -> dict[str, str]:
    return {
        "proof_intro": _(
            "Not signed in on our website? We send a one-time code to the e-mail address of your account."
        ),
        "email_address": _("E-mail address of your account"),
        "send_code": _("Send me a code"),
        "code_sent": _("If {email} belongs to an account, a code of 6 digits is on its way. It works for 10 minutes."),
        "code": _("Code from the e-mail"),
        "confirm_code": _("Confirm"),
        "other_address": _("Use another address, or send a new code"),
        "identity_proven": _("Thank you. For half an hour, you can ask about your account here."),
    }


def _file_phrases() -> dict[str, str]:
    return {
        "files": _("Files"),
        "save_file": _("Save {name}"),
        "remove_file": _("Remove {name}"),
        "uploading": _("Uploading"),
        "not_uploaded": _("Not uploaded."),
        "file_missing": _("A file was not uploaded. Try it again or remove it."),
        "too_many_files": _("A message can have at most {count} files."),
        "file_type": _("“{name}”: files of this type cannot be attached. Accepted are: {types}."),
        "file_too_large": _("“{name}” is larger than {megabytes} MB."),
    }


def _typing_phrases() -> dict[str, str]:
    return {
        "does_this_help": _("Does this help?"),
        "no_suggestions": _("Show no more suggestions"),
    }


def _state_phrases() -> dict[str, str]:
    return {
        "just_now": _("Just now"),
        "reconnecting": _("Connection lost. Reconnecting…"),
        "offline": _("You are offline. Your conversation continues when you are back."),
        "sending": _("Sending"),
        "not_sent": _("Not sent."),
        "retry": _("Try again"),
        "retry_in": _("Try again in {seconds} s"),
        "rate_limited": _("That was a lot of messages at once. Please wait {seconds} seconds."),
        "server_busy": _("The assistant is busy right now. Please try again in a moment."),
        "network_failed": _("We could not reach the server. Check your connection and try again."),
        "went_wrong": _("Something went wrong on our side. Please try again."),
        "too_long": _("Your message is too long. Shorten it to {limit} characters."),
        "characters_used": _("{used} of {limit} characters"),
        "untitled": _("Conversation"),
        "unread": _("{count} unread"),
        "waiting_for_person": _("Waiting for a person"),
        "your_conversations": _("Your conversations"),
        "list_failed": _("Your conversations could not be loaded."),
    }


def _widget_frame_phrases() -> dict[str, str]:
    return {
        "open_chat": _("Open chat"),
        "open_chat_unread": _("Open chat, {count} unread"),
        "close_chat": _("Close chat"),
        "back": _("Back to the start"),
        "close": _("Close"),
        "welcome": _("How can we help?"),
        "introduction": _(
            "I am the AI assistant. I answer from our help articles and show the passage behind each answer."
        ),
        "often_asked": _("People often ask"),
        "new_conversation": _("New conversation"),
        "show_more": _("Show more"),
        "conversation": _("Conversation"),
        "new_answer": _("New answer below"),
        "gone": _("This conversation is not available any more."),
        "sign_in_failed": _("You could not be signed in here. You can still ask as a visitor."),
        "signed_in_as": _("Signed in as {name}"),
    }


def _widget_form_phrases() -> dict[str, str]:
    return {
        "your_message": _("Your message"),
        "ask_question": _("Ask a question"),
        "send_message": _("Send message"),
        "attach": _("Add files"),
        "files_hint": _("The AI assistant cannot read files. A person from our team can."),
        "ai_can_be_wrong": _("AI can be wrong. Check the sources."),
        "person_intro": _(
            "Our team reads this conversation and gets back to you, so you do not have to repeat yourself."
        ),
        "your_name": _("Your name"),
        "contact": _("E-mail or phone"),
        "note": _("What should we know?"),
        "optional": _("(optional)"),
        "cancel": _("Cancel"),
        "ask_for_person": _("Ask for a person"),
        "source": _("Source"),
        "close_source": _("Close source"),
        "article_text": _("Article text"),
    }
