"""Canaries: values of people that never lived, put in at every door, and where else they are found in clear."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from redis.asyncio import Redis

from config.floor import sql
from server.domain.identifiers import check_digit

NAME, PHONE, NUMBER, WORDS = "龘靐齉", "15498765", "5116021877", "nachtigallenruf"
"""What every canary's name, phone, ID number and free text begins with: looking for these four finds each of them."""
_GZIP = b"\x1f\x8b\x08"
_SEEN_BY_PHONES = {"notify_console_outbox"}
"""What the demo's and the tests' own telephones show: no such table is written in production."""


@dataclass(frozen=True, slots=True)
class Canary:
    """One invented person, born before 1910."""

    number: int

    @property
    def name(self) -> str:
        return NAME + chr(0x4E00 + self.number)

    @property
    def phone(self) -> str:
        return f"{PHONE}{self.number:03d}"

    @property
    def id_number(self) -> str:
        first = f"{NUMBER}{1 + self.number % 12:02d}{1 + self.number % 28:02d}{self.number:03d}"
        return first + check_digit(first)

    @property
    def words(self) -> str:
        return f"{WORDS}{self.number:03d}"


def _base64(raw: bytes) -> Iterator[bytes]:
    """The characters that stand for it wherever it begins: at each of three places in a group."""
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + raw + b"\0" * 3)
        kept = whole[(before * 8 + 5) // 6 : (before + len(raw)) * 8 // 6]
        yield kept
        yield kept.replace(b"+", b"-").replace(b"/", b"_")


def forms(text: str) -> set[bytes]:
    """Plain, hexadecimal, base64, for an address, as UTF-16 and as JSON writes it."""
    raw = text.encode()
    escaped = quote(text)
    return {
        raw, raw.hex().encode(), raw.hex().upper().encode(), escaped.encode(), escaped.lower().encode(),
        text.encode("utf-16-le"), text.encode("utf-16-be"), ascii(text)[1:-1].encode(), *_base64(raw),
    }  # fmt: skip


_WANTED = re.compile(b"|".join(re.escape(one) for text in (NAME, PHONE, NUMBER, WORDS) for one in sorted(forms(text))))


def found_in(place: str, content: bytes) -> list[str]:
    """Where a canary sits in this, packed parts included; empty where there is none."""
    hits = [f"{place}: …{content[max(0, one.start() - 40) : one.end() + 20]!r}…" for one in _WANTED.finditer(content)]
    at = content.find(_GZIP)
    while at >= 0:
        with suppress(zlib.error):
            hits += found_in(f"{place} (packed)", zlib.decompressobj(31).decompress(content[at:], 10_000_000))
        at = content.find(_GZIP, at + 1)
    return hits[:5]


def in_files(folder: Path) -> list[str]:
    """Names and contents of everything below."""
    hits = []
    for path in sorted(folder.rglob("*")):
        hits += found_in("a file's name", str(path.relative_to(folder)).encode())
        if path.is_file():
            hits += found_in(path.name, path.read_bytes())
    return hits


async def in_rows() -> list[str]:
    """Every row of every table, as text; binary columns as hexadecimal digits."""
    hits, postgres = [], sql.is_postgres()
    listing = (
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
        if postgres
        else "SELECT name FROM sqlite_master WHERE type = 'table'"
    )
    for table in [row["name"] for row in await sql.rows(listing)]:
        if table in _SEEN_BY_PHONES:
            continue
        rows = await sql.rows(f'SELECT t::text AS line FROM "{table}" t' if postgres else f'SELECT * FROM "{table}"')
        for row in rows:
            for column, value in row.items():
                raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode("utf-8", "replace")
                hits += found_in(f"{table}.{column}", raw)
    return hits


async def in_redis(url: str) -> list[str]:
    """Every key and what it holds."""
    hits = []
    async with Redis.from_url(url) as redis:
        async for key in redis.scan_iter():
            hits += found_in("a key of Redis", key)
            hits += found_in("Redis", await redis.dump(key) or b"")
    return hits
