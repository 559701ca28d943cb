"""Prompts over HTTP for staff and API keys. Every rule and every record is that of the services."""

from typing import Any, ClassVar

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from csassist.accounts.models import ApiKey, User
from csassist.rest.pagination import PAGE_PARAMETERS, page_of, page_schema
from prompts import publication, services
from prompts.models import Prompt, PromptVersion


class PromptOutput(serializers.ModelSerializer[Prompt]):
    variables = serializers.JSONField(help_text="Each name with its description, whether it is required, and a sample.")
    published_version = serializers.IntegerField(source="published_number", allow_null=True)

    class Meta:
        model = Prompt
        fields = ["name", "title", "purpose", "variables", "published_version"]


class VersionOutput(serializers.ModelSerializer[PromptVersion]):
    id = serializers.UUIDField(source="public_id")
    prompt = serializers.CharField(source="prompt.name")
    version = serializers.IntegerField(source="number")
    based_on = serializers.IntegerField(source="based_on.number", allow_null=True, default=None)

    class Meta:
        model = PromptVersion
        fields = [
            "id",
            "prompt",
            "version",
            "state",
            "verdict",
            "text",
            "note",
            "based_on",
            "created_at",
            "published_at",
        ]


class DraftInput(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=services.TEXT_MOST_CHARACTERS, trim_whitespace=False)
    note = serializers.CharField(max_length=300, default="", allow_blank=True)


class DecisionInput(serializers.Serializer[Any]):
    instead_of = serializers.IntegerField(
        default=None, allow_null=True, min_value=0, help_text="Refuse when another version than this is published now."
    )


class PromptsView(APIView):
    permissions_needed: ClassVar = {"*": "prompts.view_prompt"}
    scopes: ClassVar = {"*": ApiKey.Scope.PROMPTS_READ}

    @extend_schema(
        operation_id="prompts_list", parameters=PAGE_PARAMETERS, responses=page_schema("PromptPage", PromptOutput)
    )
    def get(self, request: Request) -> Response:
        """Every prompt and which version of it is used."""
        return page_of(request, Prompt.objects.with_published(), lambda prompt: PromptOutput(prompt).data)


class PromptView(APIView):
    permissions_needed: ClassVar = {"*": "prompts.view_prompt"}
    scopes: ClassVar = {"*": ApiKey.Scope.PROMPTS_READ}

    @extend_schema(operation_id="prompts_read", responses=PromptOutput)
    def get(self, request: Request, name: str) -> Response:
        """One prompt with its variables."""
        return Response(PromptOutput(_prompt(name)).data)


class VersionsView(APIView):
    permissions_needed: ClassVar = {"GET": "prompts.view_promptversion", "POST": "prompts.add_promptversion"}
    scopes: ClassVar = {"GET": ApiKey.Scope.PROMPTS_READ, "POST": ApiKey.Scope.PROMPTS_WRITE}

    @extend_schema(
        operation_id="prompt_versions_list",
        parameters=PAGE_PARAMETERS,
        responses=page_schema("PromptVersionPage", VersionOutput),
    )
    def get(self, request: Request, name: str) -> Response:
        """The versions of a prompt, newest first."""
        versions = _prompt(name).versions.select_related("prompt", "based_on")
        return page_of(request, versions, lambda version: VersionOutput(version).data)

    @extend_schema(operation_id="prompt_versions_draft", request=DraftInput, responses={201: VersionOutput})
    def post(self, request: Request, name: str) -> Response:
        """Write a draft. It changes no answer until it is published."""
        draft = DraftInput(data=request.data)
        draft.is_valid(raise_exception=True)
        version = services.draft_version(prompt=_prompt(name), author=_user(request), **draft.validated_data)
        return Response(VersionOutput(version).data, status=201)


class VersionView(APIView):
    permissions_needed: ClassVar = {"*": "prompts.view_promptversion"}
    scopes: ClassVar = {"*": ApiKey.Scope.PROMPTS_READ}

    @extend_schema(operation_id="prompt_versions_read", responses=VersionOutput)
    def get(self, request: Request, name: str, number: int) -> Response:
        """One version with its text."""
        return Response(VersionOutput(_version(name, number)).data)


class PublishView(APIView):
    permissions_needed: ClassVar = {"*": "prompts.change_promptversion"}
    scopes: ClassVar = {"*": ApiKey.Scope.PROMPTS_WRITE}

    @extend_schema(operation_id="prompt_versions_publish", request=DecisionInput, responses=VersionOutput)
    def post(self, request: Request, name: str, number: int) -> Response:
        """
        Use this draft for every answer from now on. Where golden questions guard the prompt they are asked first: its
        `verdict` is then "waiting", and it is published when they pass.
        """
        version = publication.request(
            version=_version(name, number), publisher=_user(request), instead_of_number=_instead_of(request)
        )
        return Response(VersionOutput(version).data)


class RollBackView(APIView):
    permissions_needed: ClassVar = {"*": "prompts.change_promptversion"}
    scopes: ClassVar = {"*": ApiKey.Scope.PROMPTS_WRITE}

    @extend_schema(operation_id="prompt_versions_roll_back", request=DecisionInput, responses={201: VersionOutput})
    def post(self, request: Request, name: str, number: int) -> Response:
        """Publish a copy of this earlier version under a new number."""
        version = services.roll_back(
            to_version=_version(name, number), publisher=_user(request), instead_of_number=_instead_of(request)
        )
        return Response(VersionOutput(version).data, status=201)


def _prompt(name: str) -> Prompt:
    prompt = Prompt.objects.with_published().filter(name=name).first()
    if prompt is None:
        raise Http404
    return prompt


def _version(name: str, number: int) -> PromptVersion:
    versions = PromptVersion.objects.select_related("prompt", "based_on")
    version = versions.filter(prompt__name=name, number=number).first()
    if version is None:
        raise Http404
    return version


def _instead_of(request: Request) -> int | None:
    decision = DecisionInput(data=request.data)
    decision.is_valid(raise_exception=True)
    number: int | None = decision.validated_data["instead_of"]
    return number


def _user(request: Request) -> User:
    assert isinstance(request.user, User)  # noqa: S101 -- the default permission lets only staff in
    return request.user
