"""Field kinds of WeChat's subscribe messages: what may be cut is cut, what would be wrong is refused.

Source: 订阅消息参数值内容限制. A line break anywhere is 47003. WeChat's own check is stricter in places it does not
print, so its errmsg is recorded as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_PLATE = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]{1,8}", re.ASCII)


class FieldWrong(ValueError):
    """The value cannot stand in this kind of field; the message is the field's name."""


def _cut(most: int) -> Callable[[str], str | None]:
    return lambda text: text if len(text) <= most else text[: most - 1] + "…"


def _only(pattern: str) -> Callable[[str], str | None]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda text: text if compiled.fullmatch(text) else None


def _name(text: str) -> str | None:
    most = 10 if _HAN.search(text) else 20
    return text[:most] if text else None


def _phrase(text: str) -> str | None:
    return text if re.fullmatch(r"[\u4e00-\u9fff]{1,5}", text) else None


KINDS: Mapping[str, Callable[[str], str | None]] = {
    "thing": _cut(20),
    "number": _only(r"-?[0-9]{1,32}(\.[0-9]{1,10})?"),
    "letter": _only(r"[A-Za-z]{1,32}"),
    "symbol": lambda text: text if 1 <= len(text) <= 5 and not any(c.isalnum() for c in text) else None,
    "character_string": _only(r"[\x21-\x7e ]{1,32}"),
    "time": _only(r"[0-9年月日:\-/. ~]{4,40}"),
    "date": _only(r"[0-9年月日:\-/. ~]{4,40}"),
    "amount": _only(r"[¥￥$€£]?[0-9]{1,10}(\.[0-9]{1,2})?元?"),
    "phone_number": _only(r"[0-9+\-() ]{1,17}"),
    "car_number": lambda text: text if _PLATE.fullmatch(text) else None,
    "name": _name,
    "phrase": _phrase,
    "enum": lambda text: text or None,
    "const": _cut(20),
}


def kind_of(field: str) -> str:
    """``character_string2`` → ``character_string``."""
    return field.rstrip("0123456789")


def fitted(fields: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The ``data`` of a message. ``FieldWrong`` names the first field whose value does not fit and cannot be cut."""
    data: dict[str, dict[str, str]] = {}
    for field, value in fields.items():
        judge = KINDS.get(kind_of(field))
        fit = judge(_CONTROL.sub(" ", value).strip()) if judge else None
        if not fit:
            raise FieldWrong(field)
        data[field] = {"value": fit}
    return data
