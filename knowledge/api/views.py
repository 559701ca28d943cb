"""What every view of this API needs: who may, what was sent, which row is meant."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from drf_spectacular.utils import OpenApiResponse, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from csassist.accounts.models import ApiKey, User
from csassist.core.errors import NotFound
from csassist.rest.pagination import Pages
from knowledge.models import Collection, Document, Source

Row = TypeVar("Row", bound=Model)

READ_SCOPE = ApiKey.Scope.KNOWLEDGE_READ.value
WRITE_SCOPE = ApiKey.Scope.KNOWLEDGE_WRITE.value

ERROR = inline_serializer(
    "Error",
    {
        "error": inline_serializer(
            "ErrorBody",
            {
                "code": serializers.CharField(),
                "message": serializers.CharField(),
                "extra": serializers.DictField(),
            },
        )
    },
)
PROBLEMS: dict[int, OpenApiResponse] = {
    400: OpenApiResponse(ERROR, "Something sent is not right; `extra.fields` names it."),
    404: OpenApiResponse(ERROR, "There is no such thing."),
    409: OpenApiResponse(ERROR, "The present state forbids it."),
}


class KnowledgeView(APIView):
    """Keys read with knowledge:read and change with knowledge:write; people by the permissions of their role."""

    scopes = {
        "GET": READ_SCOPE,
        "POST": WRITE_SCOPE,
        "PATCH": WRITE_SCOPE,
        "DELETE": WRITE_SCOPE,
    }


def sent(serializer_class: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The checked input. DRF's error becomes `invalid_input` naming the fields."""
    serializer = serializer_class(data=request.data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def asked(serializer_class: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The same for what stands in the address."""
    serializer = serializer_class(data=request.query_params)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def page_of_many(
    request: Request, rows: QuerySet[Row], shape: Callable[[Sequence[Row]], list[dict[str, Any]]]
) -> Response:
    """Like `csassist.rest.pagination.page_of`, for rows that are shaped all at once."""
    pages = Pages()
    return pages.get_paginated_response(shape(pages.paginate_queryset(rows, request) or []))


def document_of(public_id: UUID, documents: QuerySet[Document] | None = None) -> Document:
    """Raises NotFound."""
    queryset = Document.objects.all() if documents is None else documents
    found = queryset.filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such document.")
    return found


def source_of(public_id: UUID) -> Source:
    found = Source.objects.select_related("collection").filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such source.")
    return found


def collection_of(slug: str) -> Collection:
    """The collection with this short name. Raises the field error that a serializer would."""
    found = Collection.objects.filter(slug=slug).first()
    if found is None:
        raise serializers.ValidationError({"collection": [f"There is no collection called “{slug}”."]})
    return found


def author_of(request: Request) -> User:
    assert isinstance(request.user, User)  # noqa: S101 -- IsStaffMember let nobody else in
    return request.user


def may_publish(request: Request) -> bool:
    """A key that may write may publish; of people only those whose role says so."""
    return isinstance(request.auth, ApiKey) or request.user.has_perm("knowledge.publish_document")
