"""How rows look in the API: the serializers describe them, the functions make them."""

from typing import Any

from rest_framework import serializers

from knowledge.document_lists import ListedDocument
from knowledge.models import Audience, Collection, DocumentVersion, IndexGeneration, Source, VersionKind, VersionState
from knowledge.parse_reasons import explain_note
from knowledge.reading import failure_text
from knowledge.shrinking import alarm_text
from knowledge.standing import Standing

Shape = dict[str, Any]

# Named here because the settings name them in the API description.
SOURCE_KINDS = Source.Kind.choices
SOURCE_STATES = Source.State.choices
FETCHED_KINDS = [(kind.value, kind.label) for kind in (Source.Kind.FOLDER, Source.Kind.URL, Source.Kind.SITEMAP)]
TRUSTS = Source.Trust.choices
GENERATION_STATES = IndexGeneration.State.choices


class CollectionShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    audience = serializers.ChoiceField(Audience.choices)


class StandingShape(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="Stable, for programs.")
    text = serializers.CharField()
    detail = serializers.CharField(help_text="The reason, where there is one.")
    is_moving = serializers.BooleanField(help_text="It will change by itself soon.")


class VersionShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    state = serializers.ChoiceField(VersionState.choices)
    kind = serializers.ChoiceField(VersionKind.choices)
    title = serializers.CharField()
    language = serializers.CharField()
    effective_from = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    review_due = serializers.DateField(allow_null=True)
    note = serializers.CharField()
    file = serializers.CharField(help_text="The name of the file it was read from, if any.")
    reading = serializers.ChoiceField(DocumentVersion.Parse.choices)
    failure = serializers.CharField(help_text="Why the file could not be read.")
    remarks = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    published_at = serializers.DateTimeField(allow_null=True)


class WholeVersionShape(VersionShape):
    body = serializers.CharField()
    questions = serializers.ListField(child=serializers.CharField())
    aliases = serializers.ListField(child=serializers.CharField())


class DocumentShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    title = serializers.CharField()
    language = serializers.CharField()
    collection = serializers.CharField(help_text="The collection's short name.")
    source_id = serializers.UUIDField(allow_null=True)
    missing_since = serializers.DateTimeField(allow_null=True, help_text="Not found at its source any more since then.")
    answers = StandingShape(help_text="Whether answers use it, and if not yet, why.")
    newest = StandingShape(help_text="What is going on with the newest version.")
    published_version = serializers.IntegerField(allow_null=True)
    live_version = serializers.IntegerField(allow_null=True, help_text="The version that answers use right now.")
    newest_version = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class WholeDocumentShape(DocumentShape):
    version = WholeVersionShape(allow_null=True, help_text="The newest version with its text.")


class SourceShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(SOURCE_KINDS)
    location = serializers.CharField()
    collection = serializers.CharField()
    state = serializers.ChoiceField(SOURCE_STATES)
    failure = serializers.CharField(help_text="Why it could not be fetched, or what the alarm is about.")
    found = serializers.IntegerField()
    missing = serializers.IntegerField(help_text="While `state` is `alarmed`: the documents that wait for a decision.")
    trust = serializers.ChoiceField(TRUSTS, help_text="Of a source that is not trusted, a person publishes each text.")
    publish_when_read = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    fetched_at = serializers.DateTimeField(allow_null=True)


def collection_shape(collection: Collection) -> Shape:
    return {
        "id": collection.public_id,
        "slug": collection.slug,
        "name": collection.name,
        "description": collection.description,
        "audience": collection.audience,
    }


def standing_shape(standing: Standing) -> Shape:
    return {
        "code": standing.code,
        "text": standing.text,
        "detail": standing.detail,
        "is_moving": standing.is_moving,
    }


def document_shape(listed: ListedDocument) -> Shape:
    document = listed.document
    published, live = document.published_version, document.live_version
    return {
        "id": document.public_id,
        "title": document.title,
        "language": document.language,
        "collection": document.collection.slug,
        "source_id": document.source.public_id if document.source else None,
        "missing_since": document.missing_since,
        "answers": standing_shape(listed.answers),
        "newest": standing_shape(listed.reading),
        "published_version": published.number if published else None,
        "live_version": live.number if live else None,
        "newest_version": listed.newest.number if listed.newest else None,
        "created_at": document.created_at,
        "updated_at": document.updated_at,
    }


def version_shape(version: DocumentVersion) -> Shape:
    return {
        "id": version.public_id,
        "number": version.number,
        "state": version.state,
        "kind": version.kind,
        "title": version.title,
        "language": version.language,
        "effective_from": version.effective_from,
        "expires_at": version.expires_at,
        "review_due": version.review_due,
        "note": version.note,
        "file": version.original_name,
        "reading": version.parse_state,
        "failure": failure_text(version),
        "remarks": [explain_note(str(note)) for note in version.parse_notes],
        "created_at": version.created_at,
        "published_at": version.published_at,
    }


def whole_version_shape(version: DocumentVersion) -> Shape:
    text = {"body": version.body, "questions": version.questions, "aliases": version.aliases}
    return {**version_shape(version), **text}


def source_shape(source: Source) -> Shape:
    return {
        "id": source.public_id,
        "kind": source.kind,
        "location": source.location,
        "collection": source.collection.slug,
        "state": source.state,
        "failure": source.failure or alarm_text(source),
        "found": source.found_count,
        "missing": source.missing_count,
        "trust": source.trust,
        "publish_when_read": source.publish_when_read,
        "created_at": source.created_at,
        "fetched_at": source.fetched_at,
    }
