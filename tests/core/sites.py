"""Web servers on loopback that behave well or badly, one path for each way."""

import gzip
import ssl
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = b"<html><body>help</body></html>"


class Site(BaseHTTPRequestHandler):
    """One path per misbehaviour."""

    protocol_version = "HTTP/1.1"
    server: "QuietServer"

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers.get("Host"), dict(self.headers)))
        name = self.path.partition("?")[0].strip("/").replace("-", "_") or "page"
        getattr(self, name)()

    def log_message(self, format: str, *arguments: object) -> None:
        pass

    def send(self, body: bytes = PAGE, *, status: int = 200, **headers: str | None) -> None:
        self.send_response(status)
        named: dict[str, str | None] = {"Content-Type": "text/html; charset=UTF-8", "Content-Length": str(len(body))}
        named.update({name.replace("_", "-"): value for name, value in headers.items()})
        for name, value in named.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def page(self) -> None:
        self.send(ETag='"v1"', Last_Modified="Wed, 01 Jan 2025 00:00:00 GMT")

    def versioned(self) -> None:
        if self.headers.get("If-None-Match") == '"v1"':
            self.send(b"", status=304, Content_Length=None)
        else:
            self.page()

    def gzipped(self) -> None:
        self.send(gzip.compress(PAGE), Content_Encoding="gzip")

    def deflated(self) -> None:
        self.send(zlib.compress(PAGE), Content_Encoding="deflate")

    def bomb(self) -> None:
        self.send(gzip.compress(b"a" * 50_000_000, 9), Content_Encoding="gzip")

    def broken_gzip(self) -> None:
        self.send(gzip.compress(PAGE * 100)[:-20], Content_Encoding="gzip")

    def other_encoding(self) -> None:
        self.send(Content_Encoding="br")

    def big(self) -> None:
        self.send(b"a" * 3_000_000)

    def endless(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Connection", "close")
        self.end_headers()
        while not self.server.over.is_set():
            self.wfile.write(b"a" * 65_536)

    def picture(self) -> None:
        self.send(Content_Type="image/png")

    def untyped(self) -> None:
        self.send(Content_Type=None)

    def missing(self) -> None:
        self.send(status=404)

    def hang(self) -> None:
        self.server.over.wait(10)

    def drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self._drip(b"a" * 1000)

    def drip_headers(self) -> None:
        self._drip(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Long: " + b"a" * 1000)

    def _drip(self, content: bytes) -> None:
        for byte in content:
            if self.server.over.wait(0.05):
                return
            self.wfile.write(bytes([byte]))
            self.wfile.flush()

    def not_http(self) -> None:
        self.wfile.write(b"SSH-2.0-nothing\r\n")
        self.close_connection = True

    def loop(self) -> None:
        self.send(b"", status=302, Location="/loop")

    def relative(self) -> None:
        self.send(b"", status=301, Location="page?x=1")

    def to(self) -> None:
        self.send(b"", status=302, Location=self.path.partition("?")[2])


class QuietServer(ThreadingHTTPServer):
    """Remembers what was asked (path, Host, headers); `over` ends its endless answers."""

    daemon_threads = True

    def __init__(self, site: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), site)
        self.asked: list[tuple[str, str | None, dict[str, str]]] = []
        self.over = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves early is what these tests are about."""


def serve(site: type[BaseHTTPRequestHandler] = Site, tls: ssl.SSLContext | None = None) -> QuietServer:
    server = QuietServer(site)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    return server


def stop(server: QuietServer) -> None:
    server.over.set()
    server.shutdown()
    server.server_close()
