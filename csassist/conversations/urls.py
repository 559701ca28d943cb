"""Routes of the conversations, mounted at api/v1/."""

from django.urls import path

from csassist.conversations import (
    api,
    attachments_api,
    facts_api,
    identity_api,
    reading_api,
    sign_in_api,
    staff_api,
    survey_api,
)

urlpatterns = [
    path("conversations", api.ConversationsView.as_view(), name="conversations"),
    path("conversations/<uuid:public_id>", api.ConversationView.as_view(), name="conversation"),
    path(
        "conversations/<uuid:public_id>/messages", api.ConversationMessagesView.as_view(), name="conversation_messages"
    ),
    path("conversations/unread", reading_api.UnreadView.as_view(), name="conversations_unread"),
    path("conversations/<uuid:public_id>/read", reading_api.ReadView.as_view(), name="conversation_read"),
    path(
        "conversations/<uuid:public_id>/attachments",
        attachments_api.UploadView.as_view(),
        name="conversation_attachments",
    ),
    path("attachments/<uuid:public_id>", attachments_api.AttachmentView.as_view(), name="attachment"),
    path("conversations/<uuid:public_id>/events", api.conversation_events, name="conversation_events"),
    path(
        "conversations/<uuid:public_id>/identity-check",
        identity_api.IdentityCheckView.as_view(),
        name="conversation_identity_check",
    ),
    path(
        "conversations/<uuid:public_id>/identity-check/confirm",
        identity_api.IdentityConfirmView.as_view(),
        name="conversation_identity_confirm",
    ),
    path("messages/<uuid:public_id>/feedback", api.FeedbackView.as_view(), name="message_feedback"),
    path("me/facts", facts_api.MyFactsView.as_view(), name="my_facts"),
    path("me/facts/<uuid:public_id>", facts_api.MyFactView.as_view(), name="my_fact"),
    path("surveys/<uuid:public_id>", survey_api.SurveyView.as_view(), name="survey"),
    path("sign-in", sign_in_api.SignInView.as_view(), name="sign_in"),
    path("staff/conversations", staff_api.StaffConversationsView.as_view(), name="staff_conversations"),
    path(
        "staff/conversations/<uuid:public_id>/messages",
        staff_api.StaffMessagesView.as_view(),
        name="staff_conversation_messages",
    ),
    path("staff/attachments/<uuid:public_id>", staff_api.StaffAttachmentView.as_view(), name="staff_attachment"),
    path("staff/person-requests", staff_api.PersonRequestsView.as_view(), name="staff_person_requests"),
    path(
        "staff/person-requests/<uuid:public_id>/done",
        staff_api.PersonRequestDoneView.as_view(),
        name="staff_person_request_done",
    ),
]
