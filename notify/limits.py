"""How long words may be, by channel: one table, asked when they are written, uploaded and sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from notify import sms
from notify.wechat_fields import KINDS, kind_of

Unit = Literal["characters", "units", "bytes", "kind"]

SMS_UNITS = 500
"""The longest short message that domestic providers take, signature included (Aliyun SMS manual)."""
WEB_PUSH_BYTES = 3_993
"""A body of 4,096 bytes (RFC 8030 §7.2) less 103 of the aes128gcm encoding (RFC 8291 §4)."""
TITLE, BODY = 60, 1_000
_THING = 20
_LENGTHS = {
    "thing": _THING, "number": 32, "letter": 32, "symbol": 5, "character_string": 32, "amount": 13, "phone_number": 17,
    "car_number": 8, "name": 10, "phrase": 5, "const": _THING, "enum": _THING, "time": 40, "date": 40,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limit:
    """One field of one channel. ``cut``: longer words are shortened there instead of refused."""

    channel: str
    field: str
    most: int
    unit: Unit
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """A field's use of its limit. ``fits`` false: refused, or shortened where ``limit.cut``."""

    limit: Limit
    used: int
    fits: bool


_FIXED: Mapping[str, tuple[Limit, ...]] = {
    "inbox": (Limit("inbox", "title", TITLE, "characters"), Limit("inbox", "body", BODY, "characters")),
    "sms": (Limit("sms", "text", SMS_UNITS, "units"),),
    "web_push": (Limit("web_push", "text", WEB_PUSH_BYTES, "bytes"),),
}


def limits(channel: str, template: Mapping[str, str] | None = None) -> tuple[Limit, ...]:
    """The limits of a channel. ``template``: the vendor's fields and what fills them (``thing1`` → ``$title``).

    A field of an unknown kind has room for nothing: such a template is wrong.
    """
    if template is None:
        return _FIXED.get(channel, ())
    return tuple(
        Limit(channel, field, _LENGTHS.get(kind_of(field), 0), "kind", cut=kind_of(field) in ("thing", "const", "name"))
        for field in template
    )


def measure(limit: Limit, text: str) -> Measured:
    """How much of a limit one text uses."""
    if limit.unit == "units":
        used = sms.units(text)
    elif limit.unit == "bytes":
        used = len(text.encode("utf-8", "surrogatepass"))
    else:
        used = len(text)
    fits = used <= limit.most
    if limit.unit == "kind" and not limit.cut:
        judge = KINDS.get(kind_of(limit.field))
        fits = judge is not None and judge(text) is not None
    return Measured(limit, used, fits)


def measured(words: Mapping[str, Mapping[str, str]], templates: Mapping[str, Mapping[str, str]]) -> list[Measured]:
    """Every field of every channel. ``words``: channel → field → text; ``templates``: channel → vendor's fields."""
    found: list[Measured] = []
    for channel, fields in words.items():
        for limit in limits(channel, templates.get(channel)):
            if limit.field in fields:
                found.append(measure(limit, fields[limit.field]))
    return found
