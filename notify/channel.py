"""What a channel is: one file that can say whether it works, and send one parcel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar, runtime_checkable
from uuid import UUID

from config.floor.unit import Unit

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Parcel:
    """One delivery, ready to go. ``client_msg_id`` is the same on every try. ``repr`` shows no personal value.

    ``values`` are what the template was filled with (a vendor's own template wants them singly), ``link`` a path in
    the residents' front or "".
    """

    client_msg_id: str
    message_id: UUID
    portal: str
    event: str
    category: str
    language: str
    recipient: UUID | None
    phone: str | None
    title: str
    text: str
    link: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Parcel({self.client_msg_id}, {self.event})"


@dataclass(frozen=True, slots=True)
class Sent:
    """Taken by the provider. ``delivered`` where no receipt will follow because it has certainly arrived."""

    provider_ref: str = ""
    delivered: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """Refused for good: the same parcel will never go. ``code`` is the provider's word."""

    code: str


@dataclass(frozen=True, slots=True)
class Retry:
    """Not now, and certainly not sent."""

    code: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have been sent or not: the answer was lost."""

    code: str


Outcome = Sent | Rejected | Retry | Unknown


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a channel could send now; ``note`` is a word for the operator, never a secret."""

    ok: bool
    note: str = ""


class Channel(Protocol):
    """One way to a resident. Called outside any transaction, under a deadline."""

    @property
    def name(self) -> str:
        """As it stands in a delivery's ``channel`` column."""
        ...

    @property
    def timeout(self) -> float:
        """Seconds that one ``send`` may take; after that its outcome is unknown."""
        ...

    @property
    def needs_phone(self) -> bool:
        """True if a parcel without a phone number cannot go."""
        ...

    @property
    def harmless_again(self) -> bool:
        """True if sending the same ``client_msg_id`` twice tells the resident once."""
        ...

    async def check(self) -> Health:
        """Settings and reachability, without sending anything."""
        ...

    async def send(self, parcel: Parcel) -> Outcome:
        """Send once. An exception counts as ``Unknown``."""
        ...


@runtime_checkable
class Named(Protocol):
    """A channel by a provider: its receipts, its share of the traffic and its circuit go by this name.

    Several channels of one ``name`` with different ``provider`` share the traffic (``notify/providers.py``).
    """

    @property
    def provider(self) -> str: ...


@runtime_checkable
class Asking(Protocol):
    """A channel whose provider can be asked what became of a message whose answer was lost."""

    async def lookup(self, parcel: Parcel, sent_at: datetime) -> Outcome | None:
        """``Sent`` or ``Rejected`` as it was, ``Retry`` if it certainly was not sent; None: nobody can tell (yet)."""
        ...


def provider_of(channel: Channel) -> str:
    """The channel's provider, "" for one of our own. (Asked for every delivery, and ``isinstance`` with a protocol
    reads all of its members anew each time: that took a fifth of a drain.)"""
    provider: str = getattr(channel, "provider", "")
    return provider


class Run(Protocol):
    """The database's unit of work: ``await run(portal, decide)``; portal "" for work of the program itself."""

    def __call__(self, portal: str, decide: Callable[[Unit], Awaitable[T]], /) -> Awaitable[T]: ...
