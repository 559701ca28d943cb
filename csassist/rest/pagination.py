"""One way of paging: numbered pages, at most 100 rows each."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response

from csassist.core.json_types import JSONObject

Row = TypeVar("Row", bound=Model)

PAGE_PARAMETERS = [
    OpenApiParameter("page", int, description="From 1."),
    OpenApiParameter("page_size", int, description="At most 100."),
]


class Pages(PageNumberPagination):
    page_size_query_param = "page_size"
    max_page_size = 100


def page_of(request: Request, rows: QuerySet[Row], shape: Callable[[Row], JSONObject]) -> Response:
    """The page that the request asks for: `{"count", "next", "previous", "results"}`. Past the end is a 404."""
    pages = Pages()
    found = pages.paginate_queryset(rows, request) or []
    return pages.get_paginated_response([shape(row) for row in found])


def page_schema(name: str, row: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """What `page_of` answers, for the API description."""
    return inline_serializer(
        name,
        {
            "count": serializers.IntegerField(),
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "results": row(many=True),
        },
    )
