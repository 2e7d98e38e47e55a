"""The port through which this room asks about a resident; it knows nobody itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Manner:
    """How a resident wants to be written to: ``zh-CN`` or ``en``, and whether in the elder wording (长辈版)."""

    language: str = "zh-CN"
    elder: bool = False


class Contacts(Protocol):
    """How to reach a resident. Runs on the ambient connection."""

    async def phone(self, resident_id: UUID) -> str | None:
        """The mobile number, or None where there is none (any more)."""
        ...

    async def phones(self, ids: Sequence[UUID]) -> dict[UUID, str]:
        """The numbers of many residents, by one query; who has none is not in the answer."""
        ...

    async def address(self, resident_id: UUID, provider: str) -> str | None:
        """The account to write to: ``wechat`` and ``wechat_oa`` openids, ``alipay`` open id, ``email``; or None."""
        ...

    async def reach(self, resident_id: UUID) -> frozenset[str]:
        """The channels by which the resident has an address: ``sms``, ``wechat``, ``oa``, ``alipay``, ``email``."""
        ...

    async def manner(self, resident_id: UUID) -> Manner:
        """The language the resident reads, and whether the elder wording was chosen."""
        ...
