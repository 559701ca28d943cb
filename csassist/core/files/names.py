"""File names that came from outside, as they may be shown and stored."""


def shown_name(name: str, *, extensions: tuple[str, ...] = ()) -> str:
    """
    A file's name as people may see it: without characters that break lines, hide, or turn the reading order around.

    An attacker calls a program "exe.slx" and turns the end of the name to look like a spreadsheet's. A name of which
    nothing but one of the `extensions` is left is called "file".
    """
    shown = "".join(character for character in name if character.isprintable()).strip()
    return f"file{shown}" if shown.lower() in {"", *extensions} else shown


def extension_of(name: str) -> str:
    """The ending in lower case with its dot, or nothing."""
    _stem, dot, ending = name.replace("\\", "/").rpartition("/")[2].rpartition(".")
    return (dot + ending).lower() if dot else ""
