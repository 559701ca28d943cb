"""
Recognises credentials in text, so that none is stored where a model, a log or a reader of prompts would see it.

Only shapes that cannot be ordinary prose are listed: a prompt that explains "your API key" is welcome.
"""

import re

SECRET_PATTERNS: dict[str, re.Pattern[str]] = {
    "private key": re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----"),
    "csassist API key": re.compile(r"\bcsk_[A-Za-z0-9_-]{20}"),
    "OpenAI or Anthropic API key": re.compile(r"\bsk-(?:proj-|ant-|live-|svcacct-)?[A-Za-z0-9_-]{20}"),
    "Stripe key": re.compile(r"\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16}"),
    "AWS access key": re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    "GitHub token": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22})"),
    "GitLab token": re.compile(r"\bglpat-[A-Za-z0-9_-]{20}"),
    "Google API key": re.compile(r"\bAIza[A-Za-z0-9_-]{35}"),
    "Slack token": re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10}"),
    "Hugging Face token": re.compile(r"\bhf_[A-Za-z0-9]{30}"),
    "JSON web token": re.compile(r"\beyJ[A-Za-z0-9_-]{10,500}\.eyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{10}"),
    "password in an address": re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@{}]{1,64}:[^\s/:@{}]{3,128}@[\w.-]"),
    "bearer token": re.compile(r"\b[Bb]earer +[A-Za-z0-9._~+/-]{24}"),
    "assigned secret": re.compile(
        r"(?i)\b(?:api[_-]?key|secret|password|passwd|access[_-]?token|auth[_-]?token)[\"']?\s{0,4}[:=]\s{0,4}"
        r"[\"']?(?=[A-Za-z_./+=-]{0,40}\d)[A-Za-z0-9_./+=-]{16}"
    ),
}


def secrets_in(text: str) -> tuple[str, ...]:
    """The kinds of credential the text holds, never the credential itself."""
    return tuple(kind for kind, pattern in SECRET_PATTERNS.items() if pattern.search(text))
