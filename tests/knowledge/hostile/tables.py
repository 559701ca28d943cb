"""Tables and lines of questions and answers: too many, too wide, too deep, and meant for a spreadsheet."""

from tests.knowledge.hostile.verdicts import Hostile, Read, Refused

TABLES = (
    Hostile(
        "more questions than a list may have",
        "a.csv",
        lambda: b"question,answer\n" + b"When?,Now.\n" * 20_000,
        Refused("too_large", "qa_rows"),
    ),
    Hostile(
        "a hundred thousand columns",
        "a.csv",
        lambda: ",".join(["question", "answer", *map(str, range(100_000))]).encode() + b"\nWhen?,Now.\n",
        Read("Now."),
    ),
    Hostile(
        "a cell of five megabytes",
        "a.csv",
        lambda: b'question,answer\nWhen?,"' + b"a" * 5_000_000 + b'"\n',
        Refused("malformed", "csv_line"),
    ),
    Hostile(
        "a quotation mark that never closes",
        "a.csv",
        lambda: b'question,answer\nWhen?,"' + b"now\n" * 200_000,
        Refused("too_large", "answer"),
    ),
    Hostile(
        "formulas for a spreadsheet",
        "a.csv",
        lambda: b'question,answer\nWhen?,=cmd|\' /C calc\'!A0\nWhere?,"=HYPERLINK(""http://evil.example"")"\n',
        Read("When?", remark="formulas"),
    ),
    Hostile("no question column", "a.csv", lambda: b"user,password\nroot,toor\n", Refused("malformed", "qa_columns")),
    Hostile("a program renamed", "a.csv", lambda: b"MZ" + bytes(300), Refused("unsupported_type", "content_differs")),
    Hostile(
        "a line nested a hundred thousand deep",
        "a.jsonl",
        lambda: b'{"question": ' + b"[" * 100_000 + b"]" * 100_000 + b', "answer": "b"}',
        Refused("malformed", "json_line"),
    ),
    Hostile(
        "a number of a hundred thousand digits",
        "a.jsonl",
        lambda: b'{"question": "a", "answer": "b", "n": ' + b"9" * 100_000 + b"}",
        Refused("malformed", "json_line"),
    ),
    Hostile(
        "half characters",
        "a.jsonl",
        lambda: b'{"question": "When \\ud83d?", "answer": "Now\\udc00."}',
        Read("When"),
    ),
    Hostile(
        "an answer that is no text",
        "a.jsonl",
        lambda: b'{"question": {"$ne": null}, "answer": 1e999}',
        Refused("malformed", "json_qa"),
    ),
    Hostile("one long line", "a.jsonl", lambda: b"[" + b"1," * 3_000_000 + b"1]", Refused("malformed", "json_line")),
)
