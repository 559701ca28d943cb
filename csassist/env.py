"""
Typed readers for environment variables.

Each reader refuses a bad value by naming the variable and what it wanted, so that a wrong `.env` stops the start with
one line instead of failing later. A secret may come from a file named by `NAME_FILE`.
"""

import os
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = {"1", "true", "yes", "on"}
FALSE_WORDS = {"0", "false", "no", "off", ""}


class BadSetting(ImproperlyConfigured):
    """A variable has a value that cannot be meant; the message names it. `manage.py` shows it as one line."""


def env_str(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def env_bool(name: str, *, default: bool = False) -> bool:
    raw = os.environ.get(name)
    if raw is None:
        return default
    word = raw.strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise BadSetting(f"{name} must be yes or no, not {raw!r}.")


def env_int(name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    return int(_number(name, str(default), int, least, most))


def env_float(name: str, default: float, *, least: float = 0.0, most: float | None = None) -> float:
    return float(_number(name, str(default), float, least, most))


def env_list(name: str, default: str = "") -> list[str]:
    """The comma-separated words of a variable; blanks are dropped."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def env_choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    value = env_str(name, default)
    if value not in choices:
        raise BadSetting(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    return value


def env_zone(name: str, default: str) -> str:
    """The name of a time zone that this machine knows, such as Europe/Berlin."""
    value = env_str(name, default)
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadSetting(f"{name} must be a time zone such as Europe/Berlin, not {value!r}.") from error
    return value


def env_path(name: str, default: Path) -> Path:
    raw = env_str(name)
    return Path(raw).expanduser().resolve() if raw else default


def env_secret(name: str, default: str = "") -> str:
    """The value of NAME, or the content of the file that NAME_FILE names."""
    path = env_str(f"{name}_FILE")
    if not path:
        return env_str(name, default)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BadSetting(f"{name}_FILE names a file that cannot be read: {error.strerror}.") from error


def load_env_file(path: Path) -> None:
    """Put the `NAME=value` lines of a file into the environment; what is already set wins, no file is nothing."""
    if not path.is_file():
        return
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, separator, value = text.partition("=")
        if not separator or not name.strip().isidentifier():
            raise BadSetting(f"{path.name} line {number} is not NAME=value.")
        os.environ.setdefault(name.strip(), value.strip().strip("'\""))


def _number(name: str, default: str, kind: type[int] | type[float], least: float, most: float | None) -> int | float:
    raw = env_str(name, default)
    try:
        value = kind(raw)
    except ValueError as error:
        raise BadSetting(f"{name} must be a number, not {raw!r}.") from error
    if value < least or (most is not None and value > most):
        upper = "" if most is None else f" and at most {most}"
        raise BadSetting(f"{name} must be at least {least}{upper}, not {raw}.")
    return value
