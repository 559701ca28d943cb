"""Only what the host site signed for us, just now, says who a customer is."""

import base64
import hmac
import json
import time
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from csassist.customers.signed_identity import NotProven, prove
from tests.customers.signing import SECRET, customer_token

NOW = int(time.time())


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def unsigned(header: dict[str, Any]) -> str:
    """The claims of a valid token under another header, without a signature."""
    return f"{part(header)}.{customer_token().split('.')[1]}."


def spelt(token: str) -> str:
    """The same token, its signature spelt with other spare bits: a careless reader takes both for one."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + letters[letters.index(token[-1]) ^ 1]


def saying_twice(claim: str, value: str) -> str:
    """A token signed with the right secret whose claims say one thing twice."""
    head, body, _signature = customer_token().split(".")
    claims = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode()
    twice = base64.urlsafe_b64encode(f'{claims[:-1]},"{claim}":"{value}"}}'.encode()).rstrip(b"=").decode()
    signature = hmac.new(SECRET.encode(), f"{head}.{twice}".encode(), "sha256").digest()
    return f"{head}.{twice}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


FORGED: list[tuple[str, str, str]] = [
    ("no algorithm", unsigned({"alg": "none", "typ": "JWT"}), "signature"),
    ("no algorithm, spelt otherwise", unsigned({"alg": "nOnE"}), "signature"),
    ("another algorithm with the same secret", customer_token(algorithm="HS512"), "signature"),
    ("the secret of another installation", customer_token(secret="x" * 40), "signature"),
    ("an empty signature", customer_token().rpartition(".")[0] + ".", "signature"),
    ("the signature of other claims", customer_token("LH-1002").rpartition(".")[0] + "." + customer_token().split(".")[2], "signature"),
    ("a cut signature", customer_token()[:-7], "signature"),
    ("a key named by path", jwt.encode({"sub": "LH-1001"}, "\0" * 40, algorithm="HS256", headers={"kid": "../../dev/zero"}), "signature"),
    ("expired", customer_token(iat=NOW - 900, exp=NOW - 60), "expired"),
    ("from the future", customer_token(iat=NOW + 300, exp=NOW + 900), "not_yet_valid"),
    ("not valid yet", customer_token(nbf=NOW + 300), "not_yet_valid"),
    ("a life of more than a quarter of an hour", customer_token(iat=NOW, exp=NOW + 901), "lifetime"),
    ("a life that began long ago", customer_token(iat=NOW - 7_200, exp=NOW + 600), "lifetime"),
    ("a life that ends before it begins", customer_token(iat=NOW + 20, exp=NOW + 10), "lifetime"),
    ("another audience", customer_token(aud="csassist-admin"), "audience"),
    ("several audiences", customer_token(aud=["csassist-widget", "shop"]), "audience"),
    ("no audience", customer_token(aud=None), "claims"),
    ("no subject", customer_token(sub=None), "claims"),
    ("no expiry", customer_token(exp=None), "claims"),
    ("no name of its own", customer_token(jti=None), "claims"),
    ("an empty name of its own", customer_token(jti=""), "claims"),
    ("a name of its own that is a number", customer_token(jti=7), "claims"),
    ("two subjects", saying_twice("sub", "LH-1002"), "unreadable"),
    ("two audiences one after the other", saying_twice("aud", "csassist-widget"), "unreadable"),
    ("a signature spelt otherwise", spelt(customer_token()), "unreadable"),
    ("no time of issue", customer_token(iat=None), "claims"),
    ("an empty subject", customer_token(""), "claims"),
    ("a subject with blanks around it", customer_token(" LH-1001"), "claims"),
    ("a subject with an invisible character", customer_token("LH-1001\u200b"), "claims"),
    ("a subject that is too long", customer_token("9" * 101), "claims"),
    ("a subject that is a number", customer_token(sub=1001), "claims"),
    ("a name that is a list", customer_token(name=["Ana"]), "claims"),
    ("times with fractions", customer_token(iat=NOW - 0.5, exp=NOW + 60.5), "claims"),
    ("huge", customer_token(name="x" * 5_000), "unreadable"),
    ("nothing", "", "unreadable"),
    ("words", "LH-1001", "unreadable"),
    ("dots", "..", "unreadable"),
    ("not ASCII", "é" + customer_token(), "unreadable"),
    ("a part too many", customer_token() + ".x", "unreadable"),
]  # fmt: skip


def test_a_valid_token_says_who_it_is_and_how_to_call_them():
    proven = prove(customer_token(name=" Ana\tMarie ", email="ana@example.com", language="zh-CN"), secret=SECRET)

    assert (proven.external_id, proven.name) == ("LH-1001", "Ana Marie")
    assert (proven.email, proven.language) == ("ana@example.com", "zh")
    assert datetime.now(UTC) < proven.expires_at


@pytest.mark.parametrize(("token", "reason"), [pytest.param(token, reason, id=name) for name, token, reason in FORGED])
def test_a_forged_token_proves_nothing_and_says_why(token: str, reason: str):
    with time_machine.travel(NOW, tick=False), pytest.raises(NotProven) as refused:
        prove(token, secret=SECRET)

    assert refused.value.http_status == 401
    assert refused.value.extra == {"reason": reason}


@settings(max_examples=1_000, deadline=None)
@given(data=st.data())
def test_no_changed_token_is_accepted(data: st.DataObject):
    token = customer_token()
    place = data.draw(st.integers(0, len(token) - 1))
    put = data.draw(st.integers(0, 255).map(chr) | st.sampled_from(["", token[:9]]))
    changed = token[:place] + put + token[place + 1 :]
    if changed == token:
        return
    with pytest.raises(NotProven):
        prove(changed, secret=SECRET)


def test_every_other_spelling_of_the_last_character_is_refused():
    token = customer_token()
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".replace(token[-1], ""):
        with pytest.raises(NotProven):
            prove(token[:-1] + letter, secret=SECRET)


@pytest.mark.parametrize("secret", ["", "short", "x" * 31])
def test_without_a_long_secret_nobody_is_signed_in(secret: str):
    with pytest.raises(NotProven) as refused:
        prove(customer_token(), secret=secret)

    assert refused.value.extra == {"reason": "off"}


def test_clocks_may_differ_by_half_a_minute():
    assert prove(customer_token(iat=NOW, exp=NOW + 900), secret=SECRET)
    assert prove(customer_token(iat=NOW + 20, exp=NOW + 620), secret=SECRET)
    assert prove(customer_token(iat=int(time.time()) - 620, exp=int(time.time()) - 20), secret=SECRET)


def test_an_address_that_is_none_and_a_language_we_do_not_speak_are_left_out():
    proven = prove(customer_token(email="ana at example", language="fr", name=None), secret=SECRET)

    assert (proven.email, proven.language, proven.name) == ("", "", "")
