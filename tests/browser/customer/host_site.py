"""A site of another origin that shows the widget: plain pages under a strict policy, with styles that want everything."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

GREEDY_STYLES = """
html { font-size: 9px; color: red; letter-spacing: 4px; text-transform: uppercase; line-height: 4; cursor: wait }
* { font-family: cursive; color: rgb(255, 0, 0) !important; letter-spacing: 4px; box-sizing: content-box }
div, section, p, h2, h3 { margin: 30px; padding: 30px; border: 3px solid lime; background: yellow }
button, input, textarea { font-size: 40px !important; background: lime !important; border-radius: 0 !important }
csassist-widget { display: none; font-size: 50px; visibility: hidden; opacity: 0.2; text-align: right }
"""
SHORTCUTS = """
window.pressed = [];
document.addEventListener("keydown", (event) => window.pressed.push(event.key));
"""


@dataclass
class HostSite:
    """`url` is its origin; `other_url` is the same server under a name that no setting allows."""

    port: int
    help_url: str = ""
    pages: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def other_url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def policy(self) -> str:
        return (
            "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; "
            f"script-src 'self' {self.help_url}; connect-src {self.help_url}; "
            "require-trusted-types-for 'script'; trusted-types csassist"
        )

    def page(self, *, language: str = "en", styles: str = "", direction: str = "ltr", **attributes: str) -> str:
        """
        The path of a new page whose script tag has these attributes, written with _ for -; `direction` is the page's,
        `panel_direction` the tag's.
        """
        tag = "".join(f' data-{name.replace("_", "-")}="{value}"' for name, value in attributes.items())
        tag = tag.replace("data-panel-direction", "data-direction")
        number = len(self.pages)
        self.pages[f"/styles-{number}.css"] = styles
        self.pages["/shortcuts.js"] = SHORTCUTS
        self.pages[f"/{number}"] = (
            f'<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8"><title>Shop</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
            f'<link rel="stylesheet" href="/styles-{number}.css"><script src="/shortcuts.js"></script></head>'
            '<body><main><h1>A shop</h1><p>Words of the host page.</p><a href="/">Basket</a></main>'
            f'<script src="{self.help_url}/widget.js"{tag} async></script></body></html>'
        )
        return f"/{number}"


@contextmanager
def host_site() -> Iterator[HostSite]:
    """Served on loopback until the block ends. `help_url` is to be set before the first page is made."""
    site = HostSite(port=0)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            text = site.pages.get(self.path.partition("?")[0])
            body = (text or "").encode()
            kinds = {"css": "text/css", "js": "text/javascript"}
            self.send_response(404 if text is None else 200)
            self.send_header("Content-Type", kinds.get(self.path.rpartition(".")[2], "text/html; charset=utf-8"))
            self.send_header("Content-Security-Policy", site.policy)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
