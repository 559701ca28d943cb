"""What the architecture tests read: the files under version control, and their syntax trees."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings

ROOT: Path = settings.BASE_DIR
PACKAGES = ("csassist", "knowledge", "prompts", "proactive")


@cache
def tracked_files() -> tuple[Path, ...]:
    """Files in the repository, relative to its root; those deleted but not yet committed are left out."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30
    ).stdout
    return tuple(path for name in listed.split("\0") if name and (ROOT / (path := Path(name))).is_file())


def product_modules() -> tuple[Path, ...]:
    """Python modules of the product that people write: no tests, no migrations."""
    return tuple(path for path in python_modules() if path.parts[0] in PACKAGES)


def python_modules() -> tuple[Path, ...]:
    return tuple(path for path in tracked_files() if path.suffix == ".py" and "migrations" not in path.parts)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), str(path))


def imported_names(path: Path) -> set[str]:
    """Dotted names of everything a module imports, at its top or inside a function."""
    names: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def calls_of(path: Path, function: str) -> Iterator[ast.Call]:
    """Calls of a function by its bare or qualified name."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name == function:
                yield node
