"""A newborn's request in words, for the guardian and for staff."""

from __future__ import annotations

from typing import Any

from server.domain.delegations.newborn_rows import Newborn
from server.web.operations import Call

_SHOWN = 4


def child_name(typed: str) -> str:
    """A name as it is kept: a Chinese one without spaces, any other with single ones."""
    return "".join(typed.split()) if not typed.isascii() else " ".join(typed.split())


def next_text(call: Call[Any, Any], one: Newborn) -> str:
    """What happens now, or what is to be done."""
    if one.state == "refused" and one.reason:
        return call.text(f"newborns.refused.{one.reason}")
    if one.state == "done" and (one.over or one.numbered):
        return call.text("newborns.next.over" if one.over else "newborns.next.numbered")
    return call.text(f"newborns.next.{one.state}")


def mask_certificate(number: str) -> str:
    """The last four, never the length."""
    return f"****{number[-_SHOWN:]}" if len(number) > 2 * _SHOWN else f"****{number[-1:]}"
