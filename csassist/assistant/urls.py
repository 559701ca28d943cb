"""Routes for asking, under /api/v1/."""

from django.urls import path

from csassist.assistant import agent_api, api, playground_api, staff_api, suggestions_api

urlpatterns = [
    path("conversations/<uuid:public_id>/messages", api.MessagesView.as_view(), name="messages"),
    path("conversations/<uuid:public_id>/person", api.PersonView.as_view(), name="conversation_person"),
    path("ask", api.AskView.as_view(), name="ask"),
    path("suggestions", suggestions_api.SuggestionsView.as_view(), name="suggestions"),
    path("playground", playground_api.PlaygroundView.as_view(), name="playground"),
    path("citations/<uuid:public_id>", api.SourceView.as_view(), name="citation"),
    path("staff/messages/<uuid:public_id>/why", staff_api.WhyView.as_view(), name="why"),
    path("staff/conversations/<uuid:public_id>/take", agent_api.TakeView.as_view(), name="staff_take"),
    path("staff/conversations/<uuid:public_id>/hand-back", agent_api.HandBackView.as_view(), name="staff_hand_back"),
    path("staff/conversations/<uuid:public_id>/close", agent_api.CloseView.as_view(), name="staff_close"),
    path("staff/conversations/<uuid:public_id>/reply", agent_api.ReplyView.as_view(), name="staff_reply"),
    path("staff/conversations/<uuid:public_id>/notes", agent_api.NotesView.as_view(), name="staff_notes"),
    path("staff/drafts", agent_api.DraftsView.as_view(), name="staff_drafts"),
    path("staff/drafts/<uuid:public_id>/approve", agent_api.ApproveView.as_view(), name="staff_draft_approve"),
    path("staff/drafts/<uuid:public_id>/edit", agent_api.EditView.as_view(), name="staff_draft_edit"),
    path("staff/drafts/<uuid:public_id>/reject", agent_api.RejectView.as_view(), name="staff_draft_reject"),
]
