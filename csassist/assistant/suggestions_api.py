"""Articles that may help while a customer is still typing. No log of addresses holds the words: they are a body."""

from django.conf import settings
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from csassist.assistant.copilot.suggestions import is_worth_searching
from csassist.assistant.copilot.typing_help import helpful_articles
from csassist.conversations.api import VisitorView
from csassist.conversations.limits import spend_suggestion
from csassist.rest.fields import FreeText


class SuggestionsView(VisitorView):
    """Anybody may ask: what comes is what anybody may read in the help centre."""

    permission_classes = [AllowAny]

    @extend_schema_serializer(component_name="SuggestionsInput")
    class Input(serializers.Serializer[None]):
        text = FreeText(allow_blank=True, help_text="What has been typed so far.")

    @extend_schema_serializer(component_name="SuggestedArticles")
    class Output(serializers.Serializer[None]):
        class Article(serializers.Serializer[None]):
            id = serializers.UUIDField()
            title = serializers.CharField()
            address = serializers.CharField(help_text="The path of its page in the help centre.")

        results = Article(many=True)

    @extend_schema(operation_id="suggestions", request=Input, responses=Output)
    def post(self, request: Request) -> Response:
        wanted = self.Input(data=request.data)
        wanted.is_valid(raise_exception=True)
        text = wanted.validated_data["text"][: settings.CSASSIST_MESSAGE_MAX_CHARACTERS]
        if not is_worth_searching(text):
            return Response({"results": []})
        spend_suggestion(self.visitor(request).limit_key if request.auth else "", request._request)
        shown = [{"id": str(one.id), "title": one.title, "address": one.address} for one in helpful_articles(text)]
        return Response({"results": shown})
