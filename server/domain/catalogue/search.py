"""Finding an item by what people say: one LIKE per pair of signs, ranked, the same on both databases.

Both sides are normalised to letters and digits, so a search text holds no wildcard and no control sign.
"""

from __future__ import annotations

import base64
import binascii
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from server.domain.catalogue.errors import CursorInvalid
from server.domain.catalogue.records import SUMMARY_COLUMNS

_LONGEST = 40
_MOST_PAIRS = 16
# Words that say "I want to do something" and nothing about what.
_FILLERS = (
    "怎么办理", "怎么办", "怎么", "如何", "我要", "我想", "想要", "需要", "请问", "哪里", "在哪", "可以", "一下",
    "办理", "申请", "给我", "帮我", "给", "我", "的", "吗", "呢", "了", "办",
)  # fmt: skip


def normalise(text: str) -> str:
    """NFKC, lower case, letters and digits only."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).lower() if sign.isalnum())


def search_text(*parts: str) -> str:
    """What a row is found by: its parts, normalised, kept apart so that no pair spans two of them."""
    return " ".join(dict.fromkeys(found for part in parts if (found := normalise(part))))


def pairs(text: str) -> tuple[str, ...]:
    """The distinct neighbouring signs of a question, without its filler words."""
    core = text
    for filler in _FILLERS:
        core = core.replace(filler, " ")
    found = dict.fromkeys(word[at : at + 2] for word in core.split() for at in range(max(1, len(word) - 1)))
    return tuple(found)[:_MOST_PAIRS]


@dataclass(slots=True)
class _Values:
    """Placeholders in the order they are asked for."""

    held: list[object] = field(default_factory=list)

    def add(self, value: object) -> str:
        self.held.append(value)
        return f"${len(self.held)}"


@dataclass(frozen=True, slots=True)
class Query:
    """One page's statement and its values, and the statement that counts them all."""

    page: str
    page_values: Sequence[object]
    count: str
    count_values: Sequence[object]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; empty = any."""

    portal: str
    q: str = ""
    theme: str = ""
    department: str = ""
    region: str = ""


def build(wanted: Wanted, cursor: str | None, limit: int) -> Query | None:
    """The statements of a search; None where the question holds no letter or digit, so nothing can be found."""
    text = normalise(wanted.q)[:_LONGEST]
    if wanted.q.strip() and not text:
        return None
    values = _Values()
    where = [f"portal = {values.add(wanted.portal)}"]
    for column, value in (("theme", wanted.theme), ("department", wanted.department), ("region", wanted.region)):
        if value:
            where.append(f"{column} = {values.add(value)}")
    score = "0"
    if text:
        score, condition = _matching(text, values)
        where.append(condition)
    count = f"SELECT COUNT(*) AS total FROM catalogue_items WHERE {' AND '.join(where)}"
    count_values = tuple(values.held)
    inner = (
        f"SELECT {SUMMARY_COLUMNS}, ({score}) * 2 + CASE WHEN source = 'guide' THEN 1 ELSE 0 END AS rank_of "
        f"FROM catalogue_items WHERE {' AND '.join(where)}"
    )
    after = ""
    if cursor is not None:
        rank, code = read_cursor(cursor)
        at, place = values.add(rank), values.add(code)
        after = f" WHERE rank_of < {at} OR (rank_of = {at} AND code > {place})"
    page = f"SELECT * FROM ({inner}) AS found{after} ORDER BY rank_of DESC, code LIMIT {values.add(limit + 1)}"
    return Query(page, tuple(values.held), count, count_values)


def _matching(text: str, values: _Values) -> tuple[str, str]:
    whole = values.add(f"%{text}%")
    parts = [values.add(f"%{pair}%") for pair in pairs(text) if pair != text]
    hits = [f"(CASE WHEN search_text LIKE {part} THEN 1 ELSE 0 END)" for part in parts]
    named = [f"(CASE WHEN name LIKE {part} THEN 1 ELSE 0 END)" for part in parts]
    anywhere = f"(CASE WHEN search_text LIKE {whole} THEN 40 ELSE 0 END)"
    in_name = f"(CASE WHEN name LIKE {whole} THEN 20 ELSE 0 END)"
    score = " + ".join([anywhere, in_name, *hits, *named])
    condition = f"search_text LIKE {whole}"
    if hits:
        condition = f"({condition} OR ({' + '.join(hits)}) * 5 >= {3 * len(hits)})"
    return score, condition


def make_cursor(rank: int, code: str) -> str:
    return base64.urlsafe_b64encode(f"{rank}:{code}".encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[int, str]:
    """The place a cursor names, or ``CursorInvalid``."""
    try:
        rank, code = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii").split(":", 1)
        if not 0 <= int(rank) < 1_000_000 or len(code) > 64 or "\0" in code:
            raise CursorInvalid
        return int(rank), code
    except (ValueError, binascii.Error, UnicodeError):
        raise CursorInvalid from None
