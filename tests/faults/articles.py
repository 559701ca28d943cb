"""Articles that differ in one code word, each in numbered editions, and the question that only it answers."""

from csassist.accounts.models import User
from knowledge import jobs, services
from knowledge.models import Collection, Document
from knowledge.services import Place, VersionText

PADDING = "Keep the receipt, the box and the printed card that came with it, because our workshop asks for all three. "


def code(number: int) -> str:
    return f"zx{number:03d}"


def question(number: int) -> str:
    return f"How long is the warranty of the {code(number)}?"


def text_of(number: int, edition: int) -> VersionText:
    """Several passages, each of which names the edition it belongs to."""
    name = code(number)
    sections = [
        f"## Warranty of the {name}\n\nThe warranty of the {name} is {edition + 10} months, says edition {edition}.",
        f"## Repair of the {name}\n\nThe warranty repair of the {name} takes {edition + 20} days in edition {edition}.",
        f"## Return of the {name}\n\nUnder the warranty the {name} goes back for {edition + 30} days, edition {edition}.",
    ]
    return VersionText(
        title=f"The {name} warranty",
        body="\n\n".join(f"{section}\n\n{PADDING}" for section in sections),
        language="en",
        questions=(question(number),),
    )


def publish_first(shelf: Collection, number: int) -> Document:
    document = services.create_document(place=Place(shelf), text=text_of(number, 1))
    services.publish(version=document.versions.get())
    return document


def index_everything() -> None:
    """In this process, for a test that is about something else."""
    while jobs.sweep():
        pass


def publish_edition(document: Document, number: int, edition: int, author: User | None = None) -> None:
    version = services.write_version(document=document, text=text_of(number, edition), author=author)
    services.publish(version=version)
