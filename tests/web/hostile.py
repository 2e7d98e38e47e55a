"""A corpus of input that no honest client sends, each with the statuses that are right for it."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Hostile:
    """One body, what it calls itself, and which answers are right."""

    name: str
    body: bytes
    media: str | None = JSON
    statuses: tuple[int, ...] = (400, 422)
    encoding: str = ""
    may_hang_up: bool = False  # the server may close before the client has sent all, and the answer is lost with it

    def __str__(self) -> str:
        return self.name


def _padded(valid: bytes, size: int) -> bytes:
    return valid[:-1] + b',"padding":"' + b"x" * size + b'"}'


CORPUS: tuple[Hostile, ...] = (
    Hostile("nothing", b""),
    Hostile("truncated", b'{"phone":'),
    Hostile("not JSON", b"phone=1"),
    Hostile("two documents", b"{}{}"),
    Hostile("trailing comma", b'{"a":1,}'),
    Hostile("single quotes", b"{'a':1}"),
    Hostile("a list", b"[]"),
    Hostile("a word", b'"phone"'),
    Hostile("a number", b"1"),
    Hostile("null", b"null"),
    Hostile("nested 100,000 deep", b"[" * 100_000 + b"]" * 100_000),
    Hostile("objects 40 deep", b'{"a":' * 40 + b"1" + b"}" * 40),
    Hostile("unclosed depth", b"[" * 5_000),
    Hostile("integer of 5,000 digits", b'{"a":' + b"9" * 5_000 + b"}"),
    Hostile("NaN", b'{"a":NaN}'),
    Hostile("Infinity", b'{"a":-Infinity}'),
    Hostile("huge exponent", b'{"a":1e999999}'),
    Hostile("lone surrogate", b'{"a":"\\ud800"}'),
    Hostile("lone surrogate as a key", b'{"\\udfff":1}'),
    Hostile("escaped NUL", b'{"a":"\\u0000"}'),
    Hostile("raw NUL", b'{"a":"\x00"}'),
    Hostile("bad UTF-8", b'{"a":"\xff\xfe"}'),
    Hostile("overlong UTF-8", b'{"a":"\xc0\xaf"}'),
    Hostile("UTF-16", json.dumps({"a": 1}).encode("utf-16")),
    Hostile("byte order mark", b"\xef\xbb\xbf{}"),
    Hostile("repeated key", b'{"a":1,"a":2}'),
    Hostile("prototype keys", b'{"__proto__":{"admin":true},"constructor":1,"__class__":"x"}'),
    Hostile("form", b"phone=15400000001", "application/x-www-form-urlencoded", (400, 415)),
    Hostile("text", b'{"phone":"15400000001"}', "text/plain", (400, 415)),
    Hostile("no media type", b'{"phone":"15400000001"}', None, (400, 415)),
    Hostile("media type that is none", b"{}", "application/json/x;;;=", (400, 415, 422)),
    Hostile("other charset", b"{}", "application/json; charset=gb18030", (400, 415)),
    Hostile("unknown charset", b"{}", "application/json; charset=klingon", (400, 415)),
    Hostile("multipart without a boundary", b"--x\r\n\r\n", "multipart/form-data", (400, 415)),
    Hostile("too long", _padded(b'{"a":1}', 300_000), JSON, (413,), may_hang_up=True),
    Hostile("gzip that is none", b'{"a":1}', JSON, (400, 415), "gzip", True),
    Hostile("gzip bomb", gzip.compress(b"[" + b" " * 20_000_000 + b"]"), JSON, (400, 413, 415, 422), "gzip", True),
    Hostile("unknown encoding", b'{"a":1}', JSON, (400, 415, 422), "zstd-but-not"),
)

TOO_LONG = next(one for one in CORPUS if one.name == "too long")
