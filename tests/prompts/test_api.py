"""Prompts over HTTP: what each scope and role may do, and that errors have the one shape."""

import pytest
from rest_framework.test import APIClient

from csassist.accounts.services import issue_api_key
from csassist.audit.models import AuditEvent
from prompts import services
from prompts.models import Prompt, PromptVersion

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.prompts.urls")]

ROOT = "/api/v1/prompts"
CONDENSE = f"{ROOT}/condense_question"
TEXT = "One line.\n{{history}}\n{{question}}\n"


@pytest.fixture
def prompt() -> Prompt:
    services.sync_defaults()
    return Prompt.objects.get(name="condense_question")


def program(user, *scopes: str) -> APIClient:
    issued = issue_api_key(name="program", scopes=list(scopes), created_by=user)
    return APIClient(headers={"Authorization": f"Bearer {issued.secret}"})


@pytest.fixture
def writer(dora) -> APIClient:
    return program(dora, "prompts:read", "prompts:write")


def test_lists_prompts_with_the_version_in_use(writer, prompt):
    body = writer.get(ROOT).json()

    assert body["count"] == Prompt.objects.count()
    condense = next(row for row in body["results"] if row["name"] == "condense_question")
    assert condense["published_version"] == 1
    assert condense["variables"]["history"]["required"] is True
    assert writer.get(CONDENSE).json() == condense


def test_drafts_publishes_and_goes_back(writer, prompt, dora):
    draft = writer.post(f"{CONDENSE}/versions", {"text": TEXT, "note": "Short"}, format="json")
    assert draft.status_code == 201
    assert draft.json() | {"id": "", "created_at": ""} == {
        "id": "",
        "prompt": "condense_question",
        "version": 2,
        "state": "draft",
        "verdict": "",
        "text": TEXT,
        "note": "Short",
        "based_on": None,
        "created_at": "",
        "published_at": None,
    }
    assert PromptVersion.objects.get(number=2).created_by == dora
    assert AuditEvent.objects.get(action="prompt.version_drafted").actor_kind == "api_key"

    published = writer.post(f"{CONDENSE}/versions/2/publish", {"instead_of": 1}, format="json")
    assert (published.status_code, published.json()["state"]) == (200, "published")

    back = writer.post(f"{CONDENSE}/versions/1/roll-back", {}, format="json")
    assert (back.status_code, back.json()["version"], back.json()["based_on"]) == (201, 3, 1)
    versions = writer.get(f"{CONDENSE}/versions", {"page_size": 2}).json()
    assert [row["version"] for row in versions["results"]] == [3, 2]
    assert writer.get(f"{CONDENSE}/versions/2").json()["state"] == "retired"


def test_a_refused_text_hears_every_reason(writer, prompt):
    response = writer.post(f"{CONDENSE}/versions", {"text": "{{histroy}}"}, format="json")

    assert response.status_code == 400
    error = response.json()["error"]
    assert error["code"] == "prompt_refused"
    assert error["extra"] == {"unknown": ["histroy"], "missing": ["history", "question"]}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("post", "versions", {}, 400),
        ("post", "versions", {"text": ""}, 400),
        ("post", "versions", {"text": "x" * 20_001}, 400),
        ("post", "versions", {"text": TEXT, "note": "x" * 301}, 400),
        ("post", "versions/1/publish", {}, 409),
        ("post", "versions/1/publish", {"instead_of": "one"}, 400),
        ("post", "versions/1/roll-back", {}, 409),
        ("post", "versions/9/publish", {}, 404),
        ("get", "versions/9", None, 404),
    ],
)
def test_what_cannot_be_done_is_answered_in_one_shape(writer, prompt, method, path, body, status):
    response = getattr(writer, method)(f"{CONDENSE}/{path}", body, format="json")

    assert response.status_code == status
    assert set(response.json()["error"]) == {"code", "message", "extra"}
    assert prompt.versions.count() == 1


@pytest.mark.parametrize("path", ["nothing", "nothing/versions"])
def test_an_unknown_prompt_is_not_found(writer, prompt, path):
    assert writer.get(f"{ROOT}/{path}").status_code == 404


REQUESTS = [
    ("get", ROOT, "prompts:read"),
    ("get", CONDENSE, "prompts:read"),
    ("get", f"{CONDENSE}/versions", "prompts:read"),
    ("get", f"{CONDENSE}/versions/1", "prompts:read"),
    ("post", f"{CONDENSE}/versions", "prompts:write"),
    ("post", f"{CONDENSE}/versions/1/publish", "prompts:write"),
    ("post", f"{CONDENSE}/versions/1/roll-back", "prompts:write"),
]


@pytest.mark.parametrize(("method", "path", "scope"), REQUESTS)
def test_a_key_needs_the_scope_of_the_request(prompt, dora, method, path, scope):
    others = {"ask", "knowledge:write", "prompts:read", "prompts:write"} - {scope}

    assert getattr(program(dora, *others), method)(path, {}, format="json").status_code == 403
    assert getattr(program(dora, scope), method)(path, {}, format="json").status_code != 403


@pytest.mark.parametrize(("method", "path", "scope"), REQUESTS)
def test_supervisors_may_and_agents_and_strangers_may_not(prompt, ben, cleo, method, path, scope):
    supervisor, agent, stranger = APIClient(), APIClient(), APIClient()
    supervisor.force_login(cleo)
    agent.force_login(ben)

    assert getattr(supervisor, method)(path, {}, format="json").status_code in {200, 400, 409}
    assert getattr(agent, method)(path, {}, format="json").status_code == 403
    assert getattr(stranger, method)(path, {}, format="json").status_code == 401
