"""Who a code stands for, and what the service answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Holder:
    """The resident shown (``subject``), the person who shows it (``acting``), and where it was issued."""

    subject: UUID
    acting: UUID
    delegation: UUID | None
    device: str
    portal: str
    session_id: UUID
    region: str = ""


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """What a phone needs to derive codes until ``valid_until``. ``key`` leaves the server once and is not stored."""

    handle: str
    key: bytes
    step_seconds: int
    valid_from: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class ShownCode:
    """A code for a front that cannot derive. Fetch the next at ``renew_at``; this one still works a little longer."""

    text: str
    renew_at: datetime
    good_until: datetime


@dataclass(frozen=True, slots=True)
class Redeemed:
    """A code accepted for the first and only time."""

    holder: Holder
    scene: str
    used_id: UUID
