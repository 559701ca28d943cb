"""Credentials are recognised by shape; prose about credentials is not one."""

import pytest

from prompts.secret_patterns import secrets_in

LETTERS = "abcdefghijKLMNOPQRST0123456789uvwxyzABCD"


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----",
        f"csk_{LETTERS}",
        f"use sk-{LETTERS} here",
        f"sk-proj-{LETTERS}",
        f"sk-ant-api03-{LETTERS}",
        f"sk_live_{LETTERS[:24]}",
        "AKIAIOSFODNN7EXAMPLE",
        f"ghp_{LETTERS[:36]}",
        f"github_pat_{LETTERS[:30]}",
        f"glpat-{LETTERS[:20]}",
        f"AIza{LETTERS[:35]}",
        "xoxb-1234567890-abc",
        f"hf_{LETTERS[:34]}",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N",
        "postgresql://app:s3cret@db.internal/app",
        f"Authorization: Bearer {LETTERS}",
        'api_key = "a8f5f167f44f4964e6c998dee827110c"',
        "密码 password: Xk29dkeo20dkwoKDJ3",
    ],
)
def test_a_credential_is_recognised_and_not_repeated(text):
    kinds = secrets_in(f"Answer kindly.\n{text}\nThe end.")

    assert kinds
    assert not any(LETTERS[:10] in kind for kind in kinds)


@pytest.mark.parametrize(
    "text",
    [
        "Never show an API key, a password or a private key.",
        "Customers ask: where do I find my API key? Answer: in Settings › API.",
        "A key looks like sk-… and begins with csk_.",
        "Authorization: Bearer <token>",
        "password: {{password_rule}}",
        "The password must have at least 12 characters.",
        "https://help.example.com/articles/reset?step=2",
        "Write to support@example.com: we answer within a day.",
        "订单号 A-20931，密码至少 12 位。",
        "{{sources}}\n{{question}}",
    ],
)
def test_prose_about_credentials_is_welcome(text):
    assert secrets_in(text) == ()
