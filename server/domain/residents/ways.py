"""Ways in beside the short message: what a provider vouches for, and the port that every provider stands behind.

A provider is asked by the server, outside any transaction, with a one-time code that the person's own platform made.
What it answers is an *account*, and only where it says so also an identity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from config.floor.refusal import Refusal

WayName = Literal["wechat", "alipay", "zheliban", "ticket", "net_identity"]
Platform = Literal["h5", "wechat", "alipay"]


@dataclass(frozen=True, slots=True)
class Given:
    """What the person's platform handed over: the one-time code, and in WeChat a second one for the phone number."""

    code: str
    phone_code: str = ""


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom a provider says is there.

    ``loa`` is our level for what it proved (0: an account, nothing more; facts §6 of the domain); a name and a number
    come only with 3 or more. ``phone`` is one that the provider itself has checked.
    """

    provider: str
    subject: str
    loa: int = 0
    kind: Literal["person", "legal"] = "person"
    name: str = ""
    id_number: str = ""
    phone: str = ""
    source: str = ""


class Way(Protocol):
    """One provider."""

    @property
    def name(self) -> WayName: ...

    @property
    def platforms(self) -> tuple[Platform, ...]:
        """Where a code of this way can be had."""
        ...

    @property
    def login_url(self) -> str:
        """The page that sends people back with a ticket; empty where the platform hands out the code itself."""
        ...

    async def exchange(self, given: Given) -> Vouched:
        """Whom the code stands for. ``WayRefused`` or ``WayUnavailable``; never inside a transaction."""
        ...


class WayRefused(Refusal):
    """The provider does not know this code, or knows that it was used: the two are never told apart."""

    code = "way-refused"
    kind = "unauthenticated"


class WayUnavailable(Refusal):
    """The provider did not answer, or not in its form. Nothing was decided."""

    code = "way-unavailable"
    kind = "unavailable"


class AccountUnknown(Refusal):
    """The account belongs to nobody here, and its phone is a resident's: a phone alone joins nobody to anybody."""

    code = "account-unknown"
    kind = "conflict"


class AccountTaken(Refusal):
    """The account is bound to another resident, or says another person than the one it is bound to."""

    code = "account-taken"
    kind = "conflict"


class LegalPersonHere(Refusal):
    """A legal person's ticket at the door for people: who acts for a company signs in as a person first."""

    code = "legal-person-here"
    kind = "forbidden"


class LastWayIn(Refusal):
    """Without this account nothing would let the resident in any more."""

    code = "last-way-in"
    kind = "conflict"
