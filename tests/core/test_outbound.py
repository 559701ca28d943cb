"""The client reaches only what it may, ends on time and never reads more than it must: against a real server on loopback."""

import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from csassist.core import outbound
from csassist.core.outbound import FetchFailed, FetchRefused, OutboundPolicy, fetch
from tests.core.sites import PAGE, serve, stop


@pytest.fixture
def server():
    running = serve()
    yield running
    stop(running)


@pytest.fixture
def base(server):
    return f"http://127.0.0.1:{server.server_port}"


@pytest.fixture
def policy(server):
    return OutboundPolicy(
        allowed_hosts=frozenset({f"127.0.0.1:{server.server_port}"}),
        allow_http=True,
        timeout_seconds=5,
        max_bytes=1_000_000,
    )


def refusal(url: str, policy: OutboundPolicy) -> str:
    with pytest.raises(FetchRefused) as refused:
        fetch(url, policy=policy)
    assert refused.value.message
    return refused.value.reason


def failure(url: str, policy: OutboundPolicy) -> str:
    with pytest.raises(FetchFailed) as failed:
        fetch(url, policy=policy)
    assert failed.value.message
    return failed.value.reason


def test_returns_a_page_with_what_is_needed_to_ask_again(base, policy):
    page = fetch(f"{base}/page", policy=policy)
    assert (page.status, page.content_type, page.charset, page.body) == (200, "text/html", "utf-8", PAGE)
    assert (page.etag, page.last_modified) == ('"v1"', "Wed, 01 Jan 2025 00:00:00 GMT")
    assert fetch(f"{base}/versioned", policy=policy, etag=page.etag).status == 304


def test_headers_of_the_caller_go_out_beside_its_own_and_cannot_hold_another(server, base, policy):
    fetch(f"{base}/page", policy=policy, headers={"Csassist-Customer": "LH-1001"})
    sent = server.asked[-1][2]
    assert (sent["Csassist-Customer"], sent["Host"]) == ("LH-1001", f"127.0.0.1:{server.server_port}")
    with pytest.raises(FetchFailed):
        fetch(f"{base}/page", policy=policy, headers={"Csassist-Customer": "LH-1001\r\nX-Other: 1"})
    assert len(server.asked) == 1


def test_reads_its_policy_from_settings(server, base, settings):
    settings.CSASSIST_OUTBOUND_ALLOWED_HOSTS = [f"127.0.0.1:{server.server_port}"]
    settings.CSASSIST_OUTBOUND_ALLOW_HTTP = True
    settings.CSASSIST_OUTBOUND_TIMEOUT_SECONDS = 5.0
    settings.CSASSIST_OUTBOUND_MAX_BYTES = 20
    with pytest.raises(FetchRefused) as refused:
        fetch(f"{base}/page")
    assert refused.value.reason == "too_large"


@pytest.mark.parametrize("path", ["gzipped", "deflated"])
def test_unpacks_compressed_answers(base, policy, path):
    assert fetch(f"{base}/{path}", policy=policy).body == PAGE


def test_ignores_proxies_of_the_environment(base, policy, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert fetch(f"{base}/page", policy=policy).status == 200


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.com/", "scheme"),
        ("ftp://example.com/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("gopher://example.com/", "scheme"),
        ("//example.com/", "scheme"),
        ("example.com", "scheme"),
        ("https:///path", "scheme"),
        ("https://user@example.com/", "userinfo"),
        ("https://user:word@example.com/", "userinfo"),
        ("https://example.com:22/", "port"),
        ("https://example.com:0/", "port"),
        ("https://example.com:6379/", "port"),
        ("https://example.com\\@127.0.0.1/", "url"),
        ("https://exam ple.com/", "url"),
        ("https://example.com/\nHost: x", "url"),
        ("https://[::1", "url"),
        ("https://example.com/" + "a" * 3000, "url"),
        ("https://2130706433/", "host"),
        ("https://0x7f000001/", "host"),
        ("https://0177.0.0.1/", "url"),
        ("https://127.1/", "host"),
        ("https://127.0.0.1/", "address"),
        ("https://10.1.2.3/", "address"),
        ("https://169.254.169.254/latest/meta-data/", "address"),
        ("https://100.64.0.1/", "address"),
        ("https://[::1]/", "address"),
        ("https://[::ffff:10.0.0.1]/", "host"),
        ("https://[::ffff:a00:1]/", "address"),
        ("https://[64:ff9b::7f00:1]/", "address"),
        ("https://[2002:7f00:1::]/", "address"),
        ("https://[fec0::1]/", "address"),
        ("https://localhost/", "address"),
        ("https://127。0。0。1/", "address"),
    ],
)
def test_refuses_an_address_before_it_connects(url, reason):
    assert refusal(url, OutboundPolicy()) == reason


def test_refuses_a_name_of_which_one_address_is_private():
    policy = OutboundPolicy(resolve=lambda host, port: ("8.8.8.8", "10.0.0.1"))
    assert refusal("https://help.example/", policy) == "address"


def test_a_name_without_addresses_is_refused():
    assert refusal("https://help.example/", OutboundPolicy(resolve=lambda host, port: ())) == "address"


def test_a_name_that_changes_its_address_is_looked_up_once_per_request(server, policy):
    """The answer that was checked is the one that is used: the second, private one is never asked for."""
    answers = iter([("127.0.0.1",), ("10.0.0.1",)])
    listed = frozenset({f"rebind.example:{server.server_port}"})
    rebinding = OutboundPolicy(allowed_hosts=listed, allow_http=True, resolve=lambda host, port: next(answers))
    assert fetch(f"http://rebind.example:{server.server_port}/page", policy=rebinding).status == 200
    assert server.asked[0][1] == f"rebind.example:{server.server_port}"
    assert next(answers) == ("10.0.0.1",)


def test_the_next_address_is_tried_when_one_does_not_answer(server):
    listed = frozenset({f"two.example:{server.server_port}"})
    policy = OutboundPolicy(
        allowed_hosts=listed, allow_http=True, resolve=lambda host, port: ("127.0.0.9", "127.0.0.1")
    )
    assert fetch(f"http://two.example:{server.server_port}/page", policy=policy).status == 200


def test_follows_a_relative_redirect(base, policy):
    page = fetch(f"{base}/relative", policy=policy)
    assert (page.url, page.final_url) == (f"{base}/relative", f"{base}/page?x=1")


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://10.0.0.1/", "address"),
        ("http://[::1]/", "address"),
        ("http://127.0.0.1:1/", "port"),
        ("http://2130706433/", "host"),
        ("http://a:b@example.com/", "userinfo"),
        ("file:///etc/passwd", "scheme"),
    ],
)
def test_checks_where_a_redirect_leads(base, policy, location, reason):
    assert refusal(f"{base}/to?{location}", policy) == reason


def test_stops_after_three_redirects(server, base, policy):
    assert refusal(f"{base}/loop", policy) == "redirects"
    assert len(server.asked) == 4


@pytest.mark.parametrize("path", ["bomb", "big", "endless"])
def test_stops_reading_at_the_limit(base, policy, path):
    assert refusal(f"{base}/{path}", policy) == "too_large"


@pytest.mark.parametrize("path", ["picture", "untyped"])
def test_refuses_a_type_that_was_not_asked_for(base, policy, path):
    assert refusal(f"{base}/{path}", policy) == "content_type"


@pytest.mark.parametrize(
    ("path", "reason"),
    [("missing", "status"), ("not-http", "protocol"), ("broken-gzip", "protocol"), ("other-encoding", "protocol")],
)
def test_says_how_the_other_side_failed(base, policy, path, reason):
    assert failure(f"{base}/{path}", policy) == reason


@pytest.mark.parametrize("path", ["hang", "drip", "drip-headers"])
def test_ends_at_the_deadline_however_slowly_the_answer_comes(server, base, path):
    hurried = OutboundPolicy(
        allowed_hosts=frozenset({f"127.0.0.1:{server.server_port}"}), allow_http=True, timeout_seconds=0.5
    )
    started = time.monotonic()
    assert failure(f"{base}/{path}", hurried) == "timeout"
    assert time.monotonic() - started < 1.5


def test_a_resolver_that_hangs_ends_at_the_deadline():
    over = threading.Event()
    policy = OutboundPolicy(timeout_seconds=0.2, resolve=lambda host, port: (str(over.wait(5)),))
    assert failure("https://help.example/", policy) == "timeout"
    over.set()


def test_says_when_nothing_listens(server, policy, base):
    stop(server)
    assert failure(f"{base}/page", policy) == "connect"


def test_says_when_a_name_is_unknown():
    def unknown(host, port):
        raise OSError("no such name")

    assert failure("https://help.example/", OutboundPolicy(resolve=unknown)) == "name"


@pytest.fixture
def secure_server(tmp_path, monkeypatch):
    """A server whose certificate names help.example, signed by itself and trusted through SSL_CERT_FILE."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "help.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("help.example"), x509.IPAddress(ip_address("192.0.2.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    outbound._tls.cache_clear()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    running = serve(tls=context)
    yield running
    stop(running)
    outbound._tls.cache_clear()


@pytest.mark.parametrize("name", ["help.example", "other.example"])
def test_the_certificate_must_be_for_the_name_not_the_address(secure_server, name):
    port = secure_server.server_port
    policy = OutboundPolicy(allowed_hosts=frozenset({f"{name}:{port}"}), resolve=lambda host, port: ("127.0.0.1",))
    if name == "help.example":
        assert fetch(f"https://{name}:{port}/page", policy=policy).body == PAGE
    else:
        assert failure(f"https://{name}:{port}/page", policy) == "tls"


def test_never_falls_from_https_to_http(secure_server):
    port = secure_server.server_port
    policy = OutboundPolicy(
        allowed_hosts=frozenset({f"help.example:{port}"}), allow_http=True, resolve=lambda host, port: ("127.0.0.1",)
    )
    assert refusal(f"https://help.example:{port}/to?http://help.example:{port}/page", policy) == "scheme"
