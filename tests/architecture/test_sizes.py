"""A file tells one story and a function fits a screen."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import ROOT, python_modules, tracked_files, tree_of

MOST_FILE_LINES = 400
MOST_FUNCTION_LINES = 60
MOST_PARAMETERS = 6
VENDORED = "vendor"
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions() -> Iterator[tuple[Path, Function]]:
    for path in python_modules():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, Function):
                yield path, node


def parameters_count(function: Function) -> int:
    named = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return len([argument for argument in named if argument.arg not in {"self", "cls"}])


def test_no_file_is_longer_than_its_story():
    scripts = [path for path in tracked_files() if path.suffix == ".js" and VENDORED not in path.parts]
    lines = {str(path): len((ROOT / path).read_text("utf-8").splitlines()) for path in [*python_modules(), *scripts]}

    assert {path: count for path, count in lines.items() if count > MOST_FILE_LINES} == {}


def test_every_function_fits_a_screen():
    lengths = {
        f"{path}:{function.lineno} {function.name}": (function.end_lineno or 0) - function.lineno + 1
        for path, function in functions()
    }

    assert {place: length for place, length in lengths.items() if length > MOST_FUNCTION_LINES} == {}


def test_many_parameters_are_a_dataclass():
    counts = {
        f"{path}:{function.lineno} {function.name}": parameters_count(function)
        for path, function in functions()
        if path.parts[0] != "tests"
    }

    assert {place: count for place, count in counts.items() if count > MOST_PARAMETERS} == {}
