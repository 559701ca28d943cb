"""
Who may use which route of the API: one row for each, and the only list of what is open to everybody.

`test_access_matrix` reads the routes from Django's resolver, so a route without a row here fails.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.urls import URLPattern, URLResolver, get_resolver

API = "api/v1/"
CONSOLE = "console/"  # its routes are called by everybody in tests/web/console/test_access.py
PRACTICE = "console/practice/"  # its routes are called by everybody in tests/web/practice/test_access.py
Kind = Literal[
    "conversation", "message", "citation", "attachment", "person_request", "survey", "draft", "fact", "document", "source", "prompt", "customer", "score_model", "nothing"
]  # fmt: skip
EVERY_ROLE = frozenset({"agent", "supervisor", "admin"})
CURATORS = frozenset({"supervisor", "admin"})


Roles = frozenset[str]


@dataclass(frozen=True)
class Row:
    """
    A customer's route (`staff` is empty) or a staff route: method -> roles, and method -> the scope an API key needs.

    `names` says what the id in the address is; in `body`, "{id}" stands for an id of somebody else's.
    """

    names: Kind = "nothing"
    body: Mapping[str, Any] = field(default_factory=dict)
    staff: Mapping[str, Roles] = field(default_factory=dict)
    scopes: Mapping[str, str] = field(default_factory=dict)


def read_by(roles: Roles, scope: str, *, names: Kind = "nothing") -> Row:
    """A staff route that is only read."""
    return Row(names=names, staff={"GET": roles}, scopes={"GET": scope})


def done_by(roles: Roles, scope: str, *, names: Kind = "nothing", body: Mapping[str, Any] | None = None) -> Row:
    """A staff route that does one thing."""
    return Row(names=names, body=body or {}, staff={"POST": roles}, scopes={"POST": scope})


ROWS: dict[str, Row] = {
    "conversations": Row(),
    "conversations/<uuid:public_id>": Row(names="conversation"),
    "conversations/<uuid:public_id>/messages": Row(names="conversation", body={"text": "Hello"}),
    "conversations/unread": Row(),
    "conversations/<uuid:public_id>/read": Row(names="conversation", body={"message": "{id}"}),
    "conversations/<uuid:public_id>/attachments": Row(names="conversation"),
    "conversations/<uuid:public_id>/identity-check": Row(names="conversation", body={"email": "ana@example.com"}),
    "conversations/<uuid:public_id>/identity-check/confirm": Row(names="conversation", body={"code": "000000"}),
    "attachments/<uuid:public_id>": Row(names="attachment"),
    "conversations/<uuid:public_id>/events": Row(names="conversation"),
    "conversations/<uuid:public_id>/person": Row(names="conversation"),
    "messages/<uuid:public_id>/feedback": Row(names="message", body={"rating": "up"}),
    "citations/<uuid:public_id>": Row(names="citation"),
    "surveys/<uuid:public_id>": Row(names="survey", body={"score": 5}),
    "suggestions": Row(body={"text": "How do I return a lamp?"}),
    "me/facts": Row(),
    "me/facts/<uuid:public_id>": Row(names="fact", body={"value": "Changed"}),
    "sign-in": Row(body={"customer_token": "for.ged.proof"}),
    # Their key is an event source's: tests/customers/test_event_api.py.
    "track": Row(body={"event": "order_placed", "userId": "1"}),
    "page": Row(body={"userId": "1"}),
    "identify": Row(body={"userId": "1"}),
    "alias": Row(body={"previousId": "2", "userId": "1"}),
    "batch": Row(body={"writeKey": "css_forged"}),
    "widget": Row(),
    "ask": Row(names="conversation", body={"question": "Hello?", "conversation": "{id}"}),
    "staff/conversations": read_by(EVERY_ROLE, "conversations:read"),
    "staff/conversations/<uuid:public_id>/messages": read_by(EVERY_ROLE, "conversations:read", names="conversation"),
    **{
        f"staff/conversations/<uuid:public_id>/{act}": done_by(
            EVERY_ROLE, "conversations:write", names="conversation", body={"text": "Hello"}
        )
        for act in ("take", "hand-back", "close", "reply")
    },
    "staff/conversations/<uuid:public_id>/notes": Row(
        names="conversation",
        body={"text": "Hello"},
        staff={"GET": EVERY_ROLE, "POST": EVERY_ROLE},
        scopes={"GET": "conversations:read", "POST": "conversations:write"},
    ),
    "staff/drafts": read_by(EVERY_ROLE, "conversations:read"),
    **{
        f"staff/drafts/<uuid:public_id>/{act}": done_by(
            EVERY_ROLE, "conversations:write", names="draft", body={"version": 1, "text": "Hello", "reason": "wrong"}
        )
        for act in ("approve", "edit", "reject")
    },
    "staff/messages/<uuid:public_id>/why": read_by(EVERY_ROLE, "conversations:read", names="message"),
    "staff/messages/<uuid:public_id>/reading": read_by(EVERY_ROLE, "conversations:read", names="message"),
    "staff/messages/<uuid:public_id>/reading/corrections": done_by(
        EVERY_ROLE, "conversations:write", names="message", body={"field": "sentiment", "value": "negative"}
    ),
    "staff/intents": read_by(EVERY_ROLE, "conversations:read"),
    "staff/attachments/<uuid:public_id>": read_by(EVERY_ROLE, "conversations:read", names="attachment"),
    "staff/person-requests": read_by(EVERY_ROLE, "conversations:read"),
    "staff/person-requests/<uuid:public_id>/done": done_by(EVERY_ROLE, "conversations:write", names="person_request"),
    "playground": done_by(CURATORS, "answers:try", body={"question": "Hello?"}),
    "collections": read_by(EVERY_ROLE, "knowledge:read"),
    "documents": Row(
        staff={"GET": EVERY_ROLE, "POST": CURATORS}, scopes={"GET": "knowledge:read", "POST": "knowledge:write"}
    ),
    "documents/upload": done_by(CURATORS, "knowledge:write"),
    "documents/<uuid:public_id>": Row(
        names="document",
        body={"title": "Changed"},
        staff={"GET": EVERY_ROLE, "PATCH": CURATORS, "DELETE": CURATORS},
        scopes={"GET": "knowledge:read", "PATCH": "knowledge:write", "DELETE": "knowledge:write"},
    ),
    "documents/<uuid:public_id>/versions": read_by(EVERY_ROLE, "knowledge:read", names="document"),
    "documents/<uuid:public_id>/versions/<int:number>": read_by(EVERY_ROLE, "knowledge:read", names="document"),
    "documents/<uuid:public_id>/publish": done_by(CURATORS, "knowledge:write", names="document"),
    "documents/<uuid:public_id>/submit": done_by(CURATORS, "knowledge:write", names="document"),
    "documents/<uuid:public_id>/withdraw": done_by(CURATORS, "knowledge:write", names="document"),
    "documents/<uuid:public_id>/retry": done_by(CURATORS, "knowledge:write", names="document"),
    "sources": Row(
        staff={"GET": CURATORS, "POST": CURATORS}, scopes={"GET": "knowledge:read", "POST": "knowledge:write"}
    ),
    "sources/<uuid:public_id>": Row(
        names="source",
        body={"trust": "trusted"},
        staff={"GET": CURATORS, "PATCH": CURATORS, "DELETE": CURATORS},
        scopes={"GET": "knowledge:read", "PATCH": "knowledge:write", "DELETE": "knowledge:write"},
    ),
    "sources/<uuid:public_id>/go-ahead": done_by(CURATORS, "knowledge:write", names="source"),
    "sources/<uuid:public_id>/fetch": done_by(CURATORS, "knowledge:write", names="source"),
    "search": done_by(EVERY_ROLE, "knowledge:read"),
    "index": read_by(CURATORS, "knowledge:read"),
    "risks": read_by(EVERY_ROLE, "risks:read"),
    "customers/<uuid:public_id>/risks": read_by(EVERY_ROLE, "risks:read", names="customer"),
    "issues": read_by(EVERY_ROLE, "risks:read"),
    "models": read_by(CURATORS, "risks:read"),
    "models/<uuid:public_id>": read_by(CURATORS, "risks:read", names="score_model"),
    "prompts": read_by(CURATORS, "prompts:read"),
    "prompts/<slug:name>": read_by(CURATORS, "prompts:read", names="prompt"),
    "prompts/<slug:name>/versions": Row(
        names="prompt",
        body={"text": "Answer.", "note": "shorter"},
        staff={"GET": CURATORS, "POST": CURATORS},
        scopes={"GET": "prompts:read", "POST": "prompts:write"},
    ),
    "prompts/<slug:name>/versions/<int:number>": read_by(CURATORS, "prompts:read", names="prompt"),
    "prompts/<slug:name>/versions/<int:number>/publish": done_by(CURATORS, "prompts:write", names="prompt"),
    "prompts/<slug:name>/versions/<int:number>/roll-back": done_by(CURATORS, "prompts:write", names="prompt"),
}

# Open to anybody: opening a conversation, or asking in a new one, is how somebody becomes a visitor.
# Anybody may also read what the widget shows before the first question.
PUBLIC_ROUTES = {("conversations", "POST"), ("ask", "POST"), ("widget", "GET"), ("suggestions", "POST")}
PUBLIC_PAGES = {"", "c/<uuid:conversation_id>", "language", "staff/", "livez", "readyz", "api/schema"} | {
    "widget.js",
    "events.js",
    "widget-demo",
    # The help centre shows what everybody, or a signed-in customer, may read: tests/web/test_help_access.py.
    "help/",
    "help/search",
    "help/<slug:slug>/",
    "help/<slug:slug>/<str:key>/",
    "help/<slug:slug>/<str:key>/feedback",
    # Opened by a link in a mail, or asking for a log-in themselves: tests/accounts/test_pages.py.
    "staff/invitation/<str:token>",
    "staff/password/reset",
    "staff/password/reset/asked",
    "staff/password/reset/<uidb64>/<token>",
    "staff/password",
    "staff/notifications",
    # Behind links in mails to customers, each with a signed token: tests/web/test_mail_pages.py.
    "mail/conversation/<str:token>",
    "mail/survey/<str:token>",
    "mail/no-surveys/<str:token>",
    "robots.txt",
    "sitemap.xml",
    "sitemap-<section>.xml",
}


def all_routes() -> dict[str, Callable[..., Any]]:
    """Every route outside the admin site, with its view; where two share an address, the one that is reached."""
    found: dict[str, Callable[..., Any]] = {}
    for route, view in _walk(get_resolver(), ""):
        if not route.startswith("admin/"):
            found.setdefault(route, view)
    return found


def api_routes() -> dict[str, Callable[..., Any]]:
    """The routes under API, without that prefix."""
    return {route.removeprefix(API): view for route, view in all_routes().items() if route.startswith(API)}


def methods_of(view: Callable[..., Any]) -> list[str]:
    """The methods a view answers, without OPTIONS and HEAD; a plain function answers GET."""
    actions = getattr(view, "actions", None)
    if actions:
        return sorted(method.upper() for method in actions if method not in {"head", "options"})
    view_class = getattr(view, "cls", None) or getattr(view, "view_class", None)
    if view_class is None:
        return ["GET"]
    return [name.upper() for name in ("get", "post", "put", "patch", "delete") if hasattr(view_class, name)]


def _walk(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _walk(entry, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), entry.callback
