"""Web pages: programs, hidden words, other formats in disguise, and markup that asks for hours."""

from tests.knowledge.hostile.verdicts import PLANTED, Hostile, Read, Refused

_TEXT = "You have 30 days to return what you do not like, and we pay for the parcel back to us."


def _page(body: str, head: str = "") -> bytes:
    return f"<html><head>{head}</head><body><main><h1>Returns</h1><p>{_TEXT}</p>{body}</main></body></html>".encode()


def _active() -> bytes:
    return _page(
        f"<script>{PLANTED}</script><p onclick='{PLANTED}'>Click.</p><a href='javascript:{PLANTED}'>Here</a>"
        f"<iframe srcdoc='{PLANTED}'></iframe><object data='x.swf'>{PLANTED}</object><svg><text>{PLANTED}</text></svg>"
        f"<math><mtext>{PLANTED}</mtext></math><img src='https://evil.example/p.png' alt='A parcel'>"
        f"<form action='https://evil.example'><input value='{PLANTED}'></form>"
    )


def _hidden() -> bytes:
    styles = (
        "display:none",
        "visibility:hidden",
        "color:#fff",
        "color:white;background:white",
        "font-size:0",
        "font-size:1px",
        "opacity:0",
        "position:absolute;left:-9999px",
        "width:0;height:0;overflow:hidden",
        "transform:scale(0)",
        "clip-path:inset(100%)",
        "color:#fefefe",
        "color:white;background:transparent",
        "background:#222;color:#222",
    )
    spans = "".join(f"<div style='{style}'>{PLANTED}</div>" for style in styles)
    more = f"<p hidden>{PLANTED}</p><p class='x'>{PLANTED}</p><!-- {PLANTED} --><template>{PLANTED}</template>"
    return _page(spans + more, head="<style>.x {display : none}</style>")


def _entity() -> bytes:
    return (
        b'<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><html><body><main><p>'
        + _TEXT.encode()
        + b"</p><p>&x;</p></main></body></html>"
    )


PAGES = (
    Hostile(
        "scripts, frames and forms",
        "a.html",
        _active,
        Read("A parcel", lacks=("evil.example", "javascript", "<", "onclick")),
    ),
    Hostile("words hidden by style", "a.html", _hidden, Read("30 days", remark="hidden_text")),
    Hostile("a file of the server as an entity", "a.html", _entity, Read("30 days", lacks=("root:",))),
    Hostile(
        "a drawing with a script, renamed",
        "a.html",
        lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        Refused("unsupported_type", "content_differs"),
    ),
    Hostile("a drawing", "a.svg", lambda: b"<svg/>", Refused("unsupported_type", "extension")),
    Hostile(
        "a picture that is also a page",
        "a.html",
        lambda: b"GIF89a/*" + _active(),
        Refused("unsupported_type", "content_differs"),
    ),
    Hostile("a hundred thousand boxes in boxes", "a.html", lambda: _page("<div>" * 100_000 + "deep"), Read("30 days")),
    Hostile("fifty thousand tables in tables", "a.html", lambda: _page("<table><tr><td>" * 50_000), Read("30 days")),
    Hostile(
        "cells that span everything",
        "a.html",
        lambda: _page("<table>" + "<tr><td colspan=99999 rowspan=99999>x</td><td>y</td></tr>" * 2_000 + "</table>"),
        Refused("too_large", "text_bytes"),
    ),
    Hostile(
        "a tag with three hundred thousand attributes",
        "a.html",
        lambda: (
            b"<html><body><p " + b" ".join(b"a%d=1" % number for number in range(300_000)) + b">x</p></body></html>"
        ),
        Refused("timeout"),
    ),
    Hostile(
        "script smuggled in as UTF-7",
        "a.html",
        lambda: _page("+ADw-script+AD4-", head="<meta charset=utf-7>"),
        Read("30 days", lacks=("<script",)),
    ),
    Hostile("style rules without an end", "a.html", lambda: _page("", "<style>" + "a{" * 200_000), Refused("empty")),
    Hostile("comments without an end", "a.html", lambda: _page("<!--" * 100_000), Read("30 days")),
)
