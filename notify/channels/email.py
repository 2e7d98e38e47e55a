"""Letters by SMTP: plain text, with a way to end them by one click (RFC 8058, List-Unsubscribe-Post)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Protocol

from config.channel_settings import EmailSettings
from config.floor.unit import Unit
from notify.channel import Health, Outcome, Parcel, Rejected, Retry, Run, Sent, Unknown
from notify.contacts import Contacts
from notify.links import address_of

ENDABLE = frozenset({"service", "information"})


class LetterRefused(Exception):
    """The server answered no. ``code``: 4xx for now, 5xx for ever (RFC 5321 §4.2.1)."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class LetterLost(Exception):
    """The connection ended after the letter was given and before the answer."""


class NoPost(Exception):
    """No connection: nothing was given."""


class Post(Protocol):
    """One SMTP server."""

    async def reach(self) -> None:
        """Connect, sign in and leave. ``NoPost`` or ``LetterRefused`` if that fails."""
        ...

    async def give(self, sender: str, recipient: str, letter: bytes) -> None:
        """Hand over one letter. Raises ``LetterRefused``, ``LetterLost`` or ``NoPost``."""
        ...


@dataclass(frozen=True, slots=True)
class Sender:
    """What a portal's letters say about where they come from."""

    name: str
    origin: str


class Email:
    """The ``email`` channel. ``ending``: the address (a path) by which one resident ends one category."""

    name = "email"
    provider = "smtp"
    timeout = 15.0
    needs_phone = False
    harmless_again = False

    def __init__(
        self, settings: EmailSettings, post: Post, run: Run, contacts: Contacts, *, sender: Callable[[str], Sender],
        ending: Callable[[Parcel], str],
    ) -> None:  # fmt: skip
        self._settings = settings
        self._post = post
        self._run = run
        self._contacts = contacts
        self._sender = sender
        self._ending = ending

    async def check(self) -> Health:
        try:
            await self._post.reach()
        except (NoPost, LetterRefused) as error:
            return Health(ok=False, note=f"{type(error).__name__} {error}".strip())
        return Health(ok=True, note=self._settings.host)

    async def send(self, parcel: Parcel) -> Outcome:
        recipient = parcel.recipient
        if recipient is None:
            return Rejected("no-recipient")

        async def look(_: Unit) -> str | None:
            return await self._contacts.address(recipient, self.name)

        address = await self._run(parcel.portal, look)
        if not address:
            return Rejected("not-bound")
        try:
            letter = self.letter(parcel, address)
        except ValueError:
            return Rejected("address-wrong")
        try:
            await self._post.give(self._settings.sender, address, letter)
        except NoPost as error:
            return Retry(f"unreachable:{error}"[:64])
        except LetterLost:
            return Unknown("answer-lost")
        except LetterRefused as refused:
            reason = f"smtp-{refused.code}"
            return Retry(reason) if refused.code < 500 else Rejected(reason)
        return Sent(parcel.client_msg_id)

    def letter(self, parcel: Parcel, address: str) -> bytes:
        """The letter as it goes over the line. ``ValueError`` for an address that would break its head."""
        sender = self._sender(parcel.portal)
        message = EmailMessage(policy=SMTP)
        name, _, host = self._settings.sender.rpartition("@")
        message["From"] = Address(sender.name, name, host)
        message["To"] = Address(addr_spec=address)
        message["Subject"] = " ".join(parcel.title.split())
        message["Message-ID"] = f"<{parcel.client_msg_id}@{host}>"
        message["Auto-Submitted"] = "auto-generated"
        if parcel.category in ENDABLE and sender.origin.startswith("https://"):
            message["List-Unsubscribe"] = f"<{sender.origin}{self._ending(parcel)}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        lines = [parcel.text, "", f"—— {sender.name}"]
        if address := address_of(sender.origin, parcel.link):
            lines[1:1] = ["", address]
        message.set_content("\n".join(lines), cte="base64")
        return message.as_bytes()
