"""
A mail server on loopback that behaves as the recipient's name says: `busy` and `refused` are answered at RCPT, `later`
and `spam` after the content, `lost` is accepted and the line drops before the answer, `silent` is accepted and never
answered, `deaf` is never answered at RCPT. `cut` drops the line at RCPT. Everybody else gets their mail.
"""

import socketserver
import ssl
import threading
from email import message_from_bytes
from email.message import Message
from typing import Any

REPLIES = {"busy": "450 try later", "refused": "550 no such mailbox", "later": "451 try later", "spam": "554 no"}


class Talk(socketserver.StreamRequestHandler):
    server: "MailServer"
    recipient = ""

    def handle(self) -> None:
        self.say("220 mail.test ready")
        while line := self.rfile.readline().decode().strip():
            self.server.lines.append(line)
            verb = line.split(" ")[0].split(":")[0].upper()
            if not getattr(self, verb.lower(), self.unknown)(line):
                return

    def say(self, line: str) -> bool:
        self.wfile.write(f"{line}\r\n".encode())
        return True

    def unknown(self, line: str) -> bool:
        return self.say("500 what?")

    def ehlo(self, line: str) -> bool:
        return self.say("250-mail.test\r\n250 STARTTLS" if self.server.tls else "250 mail.test")

    def starttls(self, line: str) -> bool:
        self.say("220 go")
        try:
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)  # type: ignore[union-attr]
        except (ssl.SSLError, OSError):
            return False
        self.setup()
        return True

    def mail(self, line: str) -> bool:
        return self.say("451 busy" if self.server.refuses_sender else "250 ok")

    def rcpt(self, line: str) -> bool:
        self.recipient = line.partition("<")[2].partition("@")[0]
        if self.recipient == "deaf":
            return bool(self.server.released.wait(10)) and False
        if self.recipient == "cut":
            return False
        return self.say(REPLIES[self.recipient] if self.recipient in {"busy", "refused"} else "250 ok")

    def rset(self, line: str) -> bool:
        return self.say("250 ok")

    def data(self, line: str) -> bool:
        self.say("354 go")
        content = b""
        while not content.endswith(b"\r\n.\r\n"):
            content += self.rfile.readline()
        if self.recipient in {"later", "spam"}:
            return self.say(REPLIES[self.recipient])
        self.server.accepted.append(message_from_bytes(content[:-5]))
        if self.recipient == "silent":
            self.server.released.wait(10)
        return self.recipient not in {"lost", "silent"} and self.say("250 taken")

    def quit(self, line: str) -> bool:
        return self.say("250 not yet") and False if self.server.is_rude else self.say("221 bye") and False


class MailServer(socketserver.ThreadingTCPServer):
    """`accepted` are the mails it took; `lines` every command it heard."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.accepted: list[Message] = []
        self.lines: list[str] = []
        self.tls = tls
        self.refuses_sender = False
        self.is_rude = False
        self.released = threading.Event()

    def __enter__(self) -> "MailServer":
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_error: Any) -> None:
        self.released.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of the tests."""
