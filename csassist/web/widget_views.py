"""The widget as other pages get it: its script, what it shows before the first question, and a page to try it on."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from csassist.conversations import attachment_rules
from csassist.conversations.api import VisitorView
from csassist.web.demo_sign_in import customer_token, demo_customers
from csassist.web.phrases import widget_phrases
from csassist.web.suggestions import suggested_questions
from csassist.web.templatetags.site import company_name, is_demo
from csassist.web.widget import Script, events_script, widget_script

# A page keeps the script this long; after that it asks whether there is another one.
SCRIPT_MAX_AGE_SECONDS = 300
WORDS_MAX_AGE_SECONDS = 60
DJANGO_LANGUAGES = {"en": "en", "zh": "zh-hans"}


@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """The one file that a host page loads. Any page may: what it may do afterwards is decided by the API."""
    return _script_for_any_page(request, widget_script())


@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """The script that sends what customers do on the company's pages."""
    return _script_for_any_page(request, events_script())


def _script_for_any_page(request: HttpRequest, file: Script) -> HttpResponse:
    if request.headers.get("If-None-Match") == file.etag:
        response = HttpResponse(status=304)
    elif "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(file.compressed, content_type="text/javascript; charset=utf-8")
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = HttpResponse(file.text, content_type="text/javascript; charset=utf-8")
    response.headers["ETag"] = file.etag
    response.headers["Cache-Control"] = f"public, max-age={SCRIPT_MAX_AGE_SECONDS}"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


class AttachmentRules(serializers.Serializer[None]):
    extensions = serializers.ListField(child=serializers.CharField())
    max_bytes = serializers.IntegerField()
    most_count = serializers.IntegerField(help_text="Files in one message; 0 when none are taken.")


class WidgetView(VisitorView):
    """What the widget needs before anybody asks: its words in one language, and questions to begin with."""

    permission_classes = [AllowAny]

    @extend_schema_serializer(component_name="WidgetInput")
    class Input(serializers.Serializer[None]):
        language = serializers.ChoiceField(tuple(DJANGO_LANGUAGES), default="en")

    @extend_schema_serializer(component_name="Widget")
    class Output(serializers.Serializer[None]):
        company = serializers.CharField()
        language = serializers.ChoiceField(tuple(DJANGO_LANGUAGES))
        suggestions = serializers.ListField(child=serializers.CharField())
        message_max_characters = serializers.IntegerField()
        attachments = AttachmentRules()
        phrases = serializers.DictField(child=serializers.CharField())

    @extend_schema(operation_id="widget", parameters=[Input], responses=Output)
    def get(self, request: Request) -> Response:
        wanted = self.Input(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        language = wanted.validated_data["language"]
        with translation.override(DJANGO_LANGUAGES[language]):
            company = company_name()
            shape = {
                "company": company,
                "language": language,
                "suggestions": suggested_questions(language=language, most_count=3),
                "message_max_characters": settings.CSASSIST_MESSAGE_MAX_CHARACTERS,
                "attachments": attachment_rules.for_pages(),
                "phrases": widget_phrases(),
            }
        return Response(shape, headers={"Cache-Control": f"public, max-age={WORDS_MAX_AGE_SECONDS}"})


@require_safe
def demo(request: HttpRequest) -> HttpResponse:
    """A page of the demo company with the widget on it; production has its own pages for that."""
    if not is_demo():
        raise Http404
    address = request.build_absolute_uri(reverse("widget_script"))
    customers = demo_customers()
    played = next((one for one in customers if one.external_id == request.GET.get("as")), None)
    context = {
        "tag": f'<script src="{address}" async></script>',
        "customers": customers,
        "played": played,
        "customer_token": customer_token(played) if played else "",
    }
    return render(request, "web/widget_demo.html", context)
