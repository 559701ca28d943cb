"""A site that has been used: two conversations, somebody waiting, a prompt with a draft. And where its pages are."""

import re
import time
from dataclasses import dataclass
from functools import partial

import httpx

from tests.browser.site import Site, SiteFailed, wait_until

ANSWER_SECONDS = 60.0
CHECK_SECONDS = 240.0
TALKS = [
    ("en", "How long do I have to return something?", None),
    ("zh", "门锁没电了进不了门怎么办？", {"name": "陈思远", "contact": "13800138000", "note": "周末联系"}),
    ("en", "What is the capital of Peru?", {"name": "Ana Reyes", "contact": "ana@example.com", "note": "After five"}),
]


@dataclass(frozen=True)
class AdminPage:
    name: str
    path: str


def live_in(site: Site) -> None:
    for language, question, person in TALKS:
        talk(site.url, language, question, person)
    write_draft(site.staff)
    replay_an_answer(site.staff)
    for path in ("/admin/knowledge/finding/", "/admin/knowledge/gap/", "/admin/analysis/messagereading/"):
        wait_until(partial(has_rows, site.staff, path), within_seconds=CHECK_SECONDS, what=f"rows of {path}")


def has_rows(staff: httpx.Client, path: str) -> bool:
    return re.search(rf'href="{path}\d+/change/', staff.get(path).text) is not None


def talk(url: str, language: str, question: str, person: dict[str, str] | None) -> None:
    with httpx.Client(base_url=f"{url}/api/v1", timeout=30) as customer:
        started = customer.post("/conversations", json={"language": language}).json()
        customer.headers["Authorization"] = f"Visitor {started['visitor_token']}"
        # The token identifies the visitor; the cookie that came with it would ask for a CSRF token as well.
        customer.cookies.clear()
        address = f"/conversations/{started['id']}"
        customer.post(f"{address}/messages", json={"text": question}).raise_for_status()
        wait_for_answer(customer, address)
        if person:
            customer.post(f"{address}/person", json=person).raise_for_status()


def wait_for_answer(customer: httpx.Client, address: str) -> None:
    give_up_at = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < give_up_at:
        messages = customer.get(f"{address}/messages").json()["results"]
        if any(message["author"] == "assistant" for message in messages):
            return
        time.sleep(0.3)
    raise SiteFailed(f"No answer within {ANSWER_SECONDS:.0f} s")


def write_draft(staff: httpx.Client) -> None:
    """A second version of the first prompt, one line longer."""
    prompt = first_key(staff, "/admin/prompts/prompt/")
    address = f"/admin/prompts/promptversion/add/?prompt={prompt}"
    form = staff.get(address).text
    text = re.search(r'<textarea name="text"[^>]*>(.*?)</textarea>', form, re.DOTALL)
    if text is None:
        raise SiteFailed("The form for a prompt version has no text")
    fields = {
        "prompt": prompt,
        "text": f"{unescape(text[1])}\nKeep the answer short.\n",
        "note": "Shorter answers",
    }
    submit(staff, address, fields)


def replay_an_answer(staff: httpx.Client) -> None:
    """A past question answered again and compared, begun from the page of its trace."""
    trace = first_key(staff, "/admin/assistant/answertrace/")
    address = re.search(
        r'action="([^"]+/replay/[^"]+)"', staff.get(f"/admin/assistant/answertrace/{trace}/change/").text
    )
    if address is None:
        raise SiteFailed("The page of an answer offers no replay")
    submit(staff, address[1], {})


def submit(staff: httpx.Client, address: str, fields: dict[str, str]) -> None:
    """A form of the admin, which leads to another page once it is accepted."""
    form = fields | {"csrfmiddlewaretoken": staff.cookies["csrftoken"]}
    answer = staff.post(address, data=form, headers={"Referer": str(staff.base_url)})
    if answer.status_code != httpx.codes.FOUND:
        raise SiteFailed(f"{address} did not accept the form: {re.findall('errorlist.*', answer.text)[:3]}")


def unescape(html: str) -> str:
    for entity, character in {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&#x27;": "'", "&amp;": "&"}.items():
        html = html.replace(entity, character)
    return html.lstrip("\r\n")


def first_key(staff: httpx.Client, list_path: str, query: str = "") -> str:
    """The key of the first row of an admin list."""
    found = re.search(rf'href="{list_path}(\d+)/change/', staff.get(f"{list_path}{query}").text)
    if found is None:
        raise SiteFailed(f"{list_path}{query} has no rows")
    return found[1]


def admin_pages(site: Site) -> list[AdminPage]:
    """Every main page of the admin, with rows of this site."""
    key = {
        name: first_key(site.staff, f"/admin/{name}/", query)
        for name, query in {
            "knowledge/document": "?answers=live",
            "knowledge/source": "",
            "knowledge/finding": "",
            "knowledge/gap": "",
            "prompts/prompt": "",
            "prompts/promptversion": "?state__exact=draft",
            "conversations/personrequest": "",
            "conversations/conversation": "",
            "assistant/answertrace": "",
            "assistant/comparison": "",
            "assistant/goldenquestion": "",
        }.items()
    }
    version, document = key["prompts/promptversion"], key["knowledge/document"]
    asked = "question=How+long+do+I+have+to+return+something%3F&reader=public"
    return [
        AdminPage("index", "/admin/"),
        AdminPage("documents", "/admin/knowledge/document/"),
        AdminPage("document", f"/admin/knowledge/document/{document}/change/"),
        AdminPage("document-add", "/admin/knowledge/document/add/"),
        AdminPage("document-edit", f"/admin/knowledge/document/{document}/edit/"),
        AdminPage("document-compare", f"/admin/knowledge/document/{document}/compare/?a=1&b=1"),
        AdminPage("upload", "/admin/knowledge/document/upload/"),
        AdminPage("source", f"/admin/knowledge/source/{key['knowledge/source']}/change/"),
        AdminPage("purge", f"/admin/knowledge/source/{key['knowledge/source']}/delete/"),
        AdminPage("import", "/admin/knowledge/source/add/"),
        AdminPage("test-question", f"/admin/assistant/answertrace/test/?{asked}"),
        AdminPage("health", "/admin/knowledge/finding/?kind=contradiction"),
        AdminPage("finding", f"/admin/knowledge/finding/{key['knowledge/finding']}/change/"),
        AdminPage("gaps", "/admin/knowledge/gap/"),
        AdminPage("gap", f"/admin/knowledge/gap/{key['knowledge/gap']}/change/"),
        AdminPage("indexes", "/admin/knowledge/indexgeneration/"),
        AdminPage("prompts", "/admin/prompts/prompt/"),
        AdminPage("prompt", f"/admin/prompts/prompt/{key['prompts/prompt']}/change/"),
        AdminPage("prompt-write", f"/admin/prompts/promptversion/add/?prompt={key['prompts/prompt']}"),
        AdminPage("prompt-diff", f"/admin/prompts/promptversion/{version}/difference/"),
        AdminPage("people-waiting", "/admin/conversations/personrequest/"),
        AdminPage("person", f"/admin/conversations/personrequest/{key['conversations/personrequest']}/change/"),
        AdminPage("conversations", "/admin/conversations/conversation/"),
        AdminPage("conversation", f"/admin/conversations/conversation/{key['conversations/conversation']}/change/"),
        AdminPage("answer-traces", "/admin/assistant/answertrace/"),
        AdminPage("answer-trace", f"/admin/assistant/answertrace/{key['assistant/answertrace']}/change/"),
        AdminPage("golden-questions", "/admin/assistant/goldenquestion/"),
        AdminPage("golden-question", f"/admin/assistant/goldenquestion/{key['assistant/goldenquestion']}/change/"),
        AdminPage("comparisons", "/admin/assistant/comparison/"),
        AdminPage("comparison", f"/admin/assistant/comparison/{key['assistant/comparison']}/change/"),
        *reading_pages(site),
        AdminPage("experiments", "/admin/prompts/promptexperiment/"),
        AdminPage("experiment-plan", "/admin/prompts/promptexperiment/add/"),
        AdminPage("models", "/admin/llm/modelchoice/"),
        AdminPage("deliveries", "/admin/delivery/delivery/"),
        AdminPage("notifications", "/staff/notifications"),
        AdminPage("password", "/staff/password"),
        AdminPage("audit", "/admin/audit/auditevent/"),
    ]


def reading_pages(site: Site) -> list[AdminPage]:
    """What messages were read as, and the catalogue they are read by."""
    readings, intents = "/admin/analysis/messagereading/", "/admin/analysis/intent/"
    return [
        AdminPage("readings", f"{readings}?order=uncertain"),
        AdminPage("reading", f"{readings}{first_key(site.staff, readings)}/change/"),
        AdminPage("try-sentence", f"{readings}try/?text=Hello"),
        AdminPage("intents", intents),
        AdminPage("intent", f"{intents}{first_key(site.staff, intents)}/change/"),
        AdminPage("intent-add", f"{intents}add/"),
        AdminPage("examples-import", f"{intents}import/"),
        AdminPage("training", "/admin/analysis/intentmodelversion/"),
    ]
